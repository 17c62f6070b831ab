"""Jobs that the release before wrote are read by this one, and by that one again after the way back."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade

from webapp.extensions import db
from webapp.models import GenerationJob, JobKind
from webapp.services.jobs.failures import failure_in_words
from webapp.services.jobs.kinds import (
    CheckFacts,
    CheckOptions,
    EventKind,
    GenerateFacts,
    GenerateOptions,
    HeldCounts,
    RepairEvent,
    RepairFacts,
    RepairOptions,
    ResolveFacts,
    ResolveOptions,
    VariantStatus,
    WhatIfAnswer,
    WhatIfFacts,
    WhatIfOptions,
    facts_of,
    options_of,
)
from webapp.services.problem.holds import BaseGone, RunChoices
from webapp.services.problem.parts import PartOfTerm
from webapp.services.problem.words.sentences import RepairCause, WayOutWords
from webapp.services.runs.options import choices_of
from webapp.services.shared.target import Target

MIGRATIONS = str(Path(__file__).parent.parent / "migrations")
BEFORE, AFTER = "0004_user_roles", "0005_job_columns"
TARGET = {"table": "faculty", "row_id": 5, "label": "Dr Rao", "column": "", "value": ""}
EVENT = {"what": "room", "key": 4, "text": "room:4::", "words": "LH-1 is closed", "slots": [1, 2], "size": 0}
CLASH = {"sentence": "", "members": [], "minimal": True, "verified": True, "alike": 2, "targets": [TARGET]}
WAY = {"sentence": "Allow 2.", "is_enough": True, "is_known": True, "price": "2 slots too many", "proven": True}
CHECK = {"verdict": "impossible", "seconds": 1.5, "classes": 3, "placed": 2, "clashes": [CLASH], "more_clashes": 0}
RUNG = {
    "moves": 1,
    "cost": 7,
    "lost": 1,
    "places": [[7, None, 1, 3, 600, 2], [7, 5, 2, None, None, None]],
    "unplaced": [{"key": [7, 5, 2], "label": "ALG A", "reason": "No room."}],
    "moved": [{"label": "ALG A", "before": "Mon 08:00", "now": "", "teachers": ["Dr Rao"]}],
}
ROWS: Mapping[str, dict[str, Any]] = {
    "tt_000000000001": {
        "kind": "generate",
        "options": {
            "profiles": ["Balanced", "Mine"],
            "reproducible": True,
            "weights": {"Mine": {"group_gaps": 9}},
            "choices": {"departments": [1, 99], "base_id": 1, "keep_locks": True, "close": "little", "partial": True},
            "handed_over": 2,
        },
        "facts": {
            "meetings": 18,
            "held": {"frozen": 4, "tray": 0, "locked": 1, "free": 2, "left_out": 0},
            "astray": ["It breaks."],
            "blockers": ["Dr Rao is short."],
            "more_blockers": 2,
            "variants": [
                {"name": "Balanced", "status": "done", "cost": 3, "timetable_id": 1, "curve": [[0.5, 9], [1.0, 3]]},
                {"name": "Mine", "status": "waiting"},
            ],
        },
    },
    "tt_000000000002": {"kind": "generate", "options": {"profiles": ["Balanced"], "reproducible": False}},
    "tt_000000000003": {
        "kind": "check",
        "options": {"handed_over": 1},
        "facts": {"check": CHECK | {"relaxations": [WAY]}, "variants": []},
    },
    "tt_000000000004": {
        "kind": "check",
        "options": {
            "try": {
                "key": "k",
                "rule": "max_per_week",
                "sentence": "Allow 2.",
                "check_id": "tt_000000000003",
                "targets": [TARGET],
            }
        },
        "facts": {
            "variants": [],
            "try": {"timetable_id": 1, "classes": 3, "placed": 3, "broken": "2 slots too many", "excused": 1},
        },
    },
    "tt_000000000005": {
        "kind": "repair",
        "options": {"timetable_id": 1, "changes": [EVENT]},
        "facts": {"repair": {"revision": 3, "status": "feasible", "proven": True, "bound": 1, "rungs": [RUNG]}},
    },
    "tt_000000000006": {
        "kind": "resolve",
        "options": {"timetable_id": 99, "closeness": 10},
        "facts": {
            "resolve": {
                "classes": 6,
                "locked": 1,
                "moved": 2,
                "before": {"cost": 9, "unplaced": 1},
                "after": {"cost": 4, "unplaced": 0},
                "seconds": 2.0,
                "timetable_id": 2,
            }
        },
    },
    "tt_000000000007": {"kind": "generate", "options": {"profiles": ["Balanced"]}, "failure": "Lost.\nAnd 3 more."},
    "tt_000000000008": {
        "kind": "generate",
        "options": {"profiles": ["Balanced"], "choices": {"departments": [1], "base_id": 99, "keep_locks": False}},
    },
}


def execute(statement: str, **values: Any) -> None:
    with db.engine.begin() as connection:
        connection.execute(sa.text(statement), values)


def insert_rows() -> None:
    """As the release before wrote them: a term, a department, two timetables, and a job of every kind."""
    execute("INSERT INTO organizations (code, name) VALUES ('BHU', 'BHU')")
    execute("INSERT INTO departments (organization_id, code, name) VALUES (1, 'CSE', 'Computing')")
    execute(
        "INSERT INTO terms (organization_id, academic_year, semester, name, starts_on, ends_on) "
        "VALUES (1, '2024-25', 3, 'Autumn', '2024-08-01', '2024-12-01')"
    )
    for job_id, row in ROWS.items():
        status = "failed" if row.get("failure") else "completed"
        execute(
            "INSERT INTO generation_jobs (job_id, organization_id, term_id, kind, semester, academic_year, seconds,"
            " status, options, facts, failure) VALUES (:job_id, 1, 1, :kind, 3, '2024-25', 20, :status, :options,"
            " :facts, :failure)",
            job_id=job_id,
            kind=row["kind"],
            status=status,
            options=json.dumps(row["options"]),
            facts=json.dumps(row.get("facts", {})),
            failure=row.get("failure"),
        )
    made = {"Balanced": "tt_000000000001", "Re-solve": "tt_000000000006"}
    for name, job_id in made.items():
        execute(
            "INSERT INTO timetables (organization_id, term_id, generation_job_id, variant_name) "
            "VALUES (1, 1, :job_id, :name)",
            job_id=job_id,
            name=name,
        )


@pytest.fixture
def migrated(empty_app: Flask) -> Flask:
    upgrade(MIGRATIONS, revision=BEFORE)
    insert_rows()
    upgrade(MIGRATIONS)
    return empty_app


def job(number: int) -> GenerationJob:
    return db.session.get_one(GenerationJob, f"tt_{number:012}")


def test_a_generation_keeps_what_it_holds_to_and_what_is_known(migrated: Flask) -> None:
    options, facts = options_of(job(1), GenerateOptions), facts_of(job(1), GenerateFacts)
    assert (options.profiles, options.reproducible) == (("Balanced", "Mine"), True)
    assert options.weights == {"Mine": {"group_gaps": 9}}
    assert choices_of(job(1)) == RunChoices(PartOfTerm((1,)), 1, keep_locks=True, close="little", partial=True)
    assert job(1).handed_over == 2
    assert facts.held == HeldCounts(frozen=4, locked=1, free=2)
    assert (
        facts.meetings,
        [str(rule) for rule in facts.broken],
        [str(each) for each in facts.blockers],
        facts.more_blockers,
    ) == (
        18,
        ["It breaks."],
        ["Dr Rao is short."],
        2,
    )
    assert [variant.status for variant in facts.variants] == [VariantStatus.DONE, VariantStatus.WAITING]
    assert facts.variants[0].curve == ((0.5, 9), (1.0, 3))
    assert options_of(job(2), GenerateOptions) == GenerateOptions(("Balanced",))
    assert choices_of(job(2)) == RunChoices()


def test_a_timetable_that_was_deleted_before_is_not_forgotten_to_have_been_held_to(migrated: Flask) -> None:
    assert job(8).base_timetable_id is None
    with pytest.raises(BaseGone):
        choices_of(job(8))


def test_a_check_and_the_what_if_of_its_way_out_are_told_apart(migrated: Flask) -> None:
    assert (job(3).kind, options_of(job(3), CheckOptions)) == (JobKind.CHECK, CheckOptions())
    answer = facts_of(job(3), CheckFacts).answer
    assert answer is not None
    assert (answer.verdict, answer.clashes[0].alike, answer.clashes[0].targets) == (
        "impossible",
        2,
        (Target("faculty", 5, "Dr Rao"),),
    )
    assert str(answer.relaxations[0].price) == "2 slots too many"
    assert (job(4).kind, job(4).check_job_id) == (JobKind.WHAT_IF, job(3).job_id)
    assert options_of(job(4), WhatIfOptions) == WhatIfOptions(
        "k", "max_per_week", WayOutWords.from_text("Allow 2."), (Target("faculty", 5, "Dr Rao"),)
    )
    assert facts_of(job(4), WhatIfFacts).answer == WhatIfAnswer(classes=3, placed=3, broken=2, excused=1)


def test_a_repair_and_a_re_solve_keep_their_answers(migrated: Flask) -> None:
    event = RepairEvent(EventKind.ROOM, 4, "room:4::", RepairCause.from_text("LH-1 is closed"), (1, 2))
    assert (job(5).base_timetable_id, options_of(job(5), RepairOptions)) == (1, RepairOptions((event,)))
    answer = facts_of(job(5), RepairFacts).answer
    assert answer is not None
    assert answer.rungs[0].places == ((7, None, 1, 3, 600, 2), (7, 5, 2, None, None, None))
    assert str(answer.rungs[0].unplaced[0].reason) == "No room."
    assert (job(6).base_timetable_id, options_of(job(6), ResolveOptions)) == (None, ResolveOptions(10))
    solved = facts_of(job(6), ResolveFacts).answer
    assert solved is not None
    assert (solved.moved, solved.after.cost) == (2, 4)


def test_a_stored_sentence_is_still_what_the_failure_says(migrated: Flask) -> None:
    assert failure_in_words(job(7)) == "Lost.\nAnd 3 more."


def test_the_way_back_gives_the_release_before_what_it_wrote(migrated: Flask) -> None:
    db.session.remove()
    downgrade(MIGRATIONS, revision=BEFORE)
    with db.engine.connect() as connection:
        query = sa.text("SELECT job_id, kind, options, facts, failure FROM generation_jobs")
        rows = {job_id: (kind, options, facts, why) for job_id, kind, options, facts, why in connection.execute(query)}
    _kind, options, facts, _failure = rows["tt_000000000001"]
    assert options["handed_over"] == 2
    assert options["choices"] == ROWS["tt_000000000001"]["options"]["choices"] | {"departments": [1]}
    assert facts == ROWS["tt_000000000001"]["facts"]
    assert rows["tt_000000000002"][1] == {"profiles": ["Balanced"], "reproducible": False}
    assert rows["tt_000000000003"][2]["check"] == CHECK | {"relaxations": [WAY]}
    kind, options, facts, _failure = rows["tt_000000000004"]
    assert (kind, options["try"]) == ("check", ROWS["tt_000000000004"]["options"]["try"])
    assert facts["try"]["excused"] == 1
    assert rows["tt_000000000005"][1] == ROWS["tt_000000000005"]["options"]
    assert rows["tt_000000000006"][2]["resolve"]["timetable_id"] == 2
    assert rows["tt_000000000007"][3] == "Lost.\nAnd 3 more."
