"""From what a registrar chooses to the problem that a run solves: frozen, locked, close, weighed."""

from collections.abc import Mapping

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from tests.university import University, university
from webapp.engine.instance import Placement
from webapp.engine.params import SolveParams
from webapp.engine.solve import resolve, schedule
from webapp.extensions import db
from webapp.models import AuditEvent, TimetableEntry
from webapp.services.jobs.kinds import GenerateOptions, HeldCounts, options_of
from webapp.services.problem.holds import BaseGone, RunChoices, hold
from webapp.services.problem.parts import PartOfTerm
from webapp.services.problem.solutions import TimetableFacts, solution_from, store_timetable, trimmed
from webapp.services.problem.weights import WEIGHED
from webapp.services.problem.words.reasons import UnplacedReason
from webapp.services.runs import time_budget, weight_profiles
from webapp.services.runs.options import ChoiceRefused, checked, choices_of, part_options_of
from webapp.services.runs.requests import VariantsRefused, request_generation
from webapp.services.runs.time_budget import counts_of
from webapp.services.runs.weight_profiles import ProfileRefused
from webapp.tasks.variant_choice import Judge, weighed

Db = scoped_session[Session]
QUICK = SolveParams(seconds=20.0, reproducible=True, moves=100_000)


@pytest.fixture
def here(session: Db) -> University:
    return university()


def typed(**weights: str) -> Mapping[str, str]:
    return dict.fromkeys(WEIGHED, "1") | weights


def test_classes_of_other_departments_are_pinned_where_they_stand(here: University) -> None:
    base = here.timetable()
    problem = here.problem()
    stands = solution_from(problem, base.timetable_id).placements
    held = hold(problem, RunChoices(PartOfTerm((here.mat.department_id,)), base_id=base.timetable_id))
    for index, row in enumerate(problem.rows):
        pin = held.instance.meetings[index].pin
        assert pin == (None if row.department_id == here.mat.department_id else stands[index])
    assert counts_of(held) == HeldCounts(frozen=4, free=2)
    pinned = [c for c in held.instance.constraints if c.rule.name == "pinned" and c.hard and c.meetings]
    assert [c.meetings for c in pinned] == [held.frozen]


def test_a_frozen_class_without_a_place_stays_in_the_tray_with_its_reason(here: University) -> None:
    base = here.timetable(unplaced=6)
    db.session.execute(
        sa.update(TimetableEntry).values(
            unplaced_reason=UnplacedReason("text", {"text": "The hall is full."}).as_json()
        )
    )
    problem = here.problem()
    held = hold(problem, RunChoices(PartOfTerm((here.mat.department_id,)), base_id=base.timetable_id))
    assert (held.frozen, len(held.tray)) == ((), 4)
    assert {reason.sentence for reason in held.reasons.values()} == {"The hall is full."}
    assert {held.instance.meetings[index].times for index in held.tray} == {()}
    placed = next(c for c in held.instance.constraints if c.rule.name == "all_placed")
    assert not set(placed.meetings) & set(held.tray)
    assert len(placed.meetings) == 2


def test_locks_keep_time_or_room_and_nothing_else(here: University) -> None:
    base = here.timetable()
    first, second, *_rest = base.entries
    first.locked_time, second.locked_room = True, True
    db.session.commit()
    problem = here.problem()
    stands = solution_from(problem, base.timetable_id).placements
    held = hold(problem, RunChoices(base_id=base.timetable_id, keep_locks=True))
    pins = {i: m.pin for i, m in enumerate(held.instance.meetings) if m.pin is not None}
    assert pins == {0: Placement(stands[0].time), 1: Placement(None, stands[1].room)}
    assert held.locked == (0, 1)
    unlocked = hold(problem, RunChoices(base_id=base.timetable_id))
    assert all(meeting.pin is None for meeting in unlocked.instance.meetings)


def test_a_run_close_to_a_timetable_moves_fewer_classes(here: University) -> None:
    base = here.timetable()
    problem = here.problem()
    stands = solution_from(problem, base.timetable_id).placements
    moved = {}
    for close in ("", "strongly"):
        held = hold(problem, RunChoices(base_id=base.timetable_id, close=close))
        instance = weighed(held.instance, "Compact-Week", {}, held.close)
        start = schedule(held.instance, QUICK).solution
        found = resolve(instance, start, QUICK)
        assert found.hard == 0
        moved[close] = sum(now != then for now, then in zip(found.solution.placements, stands, strict=True))
    assert moved["strongly"] < moved[""]


def test_what_is_held_and_breaks_a_hard_rule_of_today_is_said_beforehand(here: University) -> None:
    base = here.timetable()
    first = base.entries[0]
    frozen = RunChoices(PartOfTerm((here.mat.department_id,)), base_id=base.timetable_id)
    locked = RunChoices(base_id=base.timetable_id, keep_locks=True)
    assert hold(here.problem(), frozen).broken == ()
    factories.availability(first.time_slot, room_id=first.room_id)
    db.session.commit()
    said = f"{first.course.code} {first.section.code}, L 1: HALL is closed at"
    assert [told.sentence.startswith(said) for told in hold(here.problem(), frozen).broken] == [True]
    plan = time_budget.plan(here.problem(), here.term, frozen, 100, 1)
    assert "Held, and against 1 rule that must hold today: what breaks it loses its place." in plan
    assert hold(here.problem(), locked).broken == ()
    first.locked_time = True
    db.session.commit()
    assert hold(here.problem(), locked).broken == (), "another room may be found for it"
    first.locked_room = True
    db.session.commit()
    assert len(hold(here.problem(), locked).broken) == 1


def test_what_goes_beyond_a_weekly_limit_is_left_out_where_a_partial_timetable_will_do(here: University) -> None:
    here.rao.max_slots_week = 1
    db.session.flush()
    problem = here.problem()
    held = hold(problem, RunChoices(partial=True))
    mine = [i for i, row in enumerate(problem.rows) if here.rao.faculty_id in row.faculty_ids]
    assert len(held.left_out) == len(mine) - 1
    assert set(held.left_out) < set(mine)
    said = "Left out: Dr Rao is asked for 3 slots, and may teach 1 a week."
    assert {held.reasons[i].sentence for i in held.left_out} == {said}
    placed = next(c for c in held.instance.constraints if c.rule.name == "all_placed")
    assert set(range(len(problem.rows))) - set(placed.meetings) == set(held.left_out)
    assert counts_of(held).left_out == len(mine) - 1
    assert hold(problem, RunChoices()).left_out == ()


def test_staying_close_costs_each_moved_class_once_or_ten_times_the_heaviest_wish(here: University) -> None:
    base = here.timetable()
    problem = here.problem()
    stands = solution_from(problem, base.timetable_id)
    heaviest = max(c.weight for c in problem.instance.constraints if c.weight is not None)
    for close, factor in (("little", 1), ("strongly", 10)):
        held = hold(problem, RunChoices(base_id=base.timetable_id, close=close))
        rule = next(c for c in held.instance.constraints if c.rule.name == "changes")
        assert rule.weight == factor * heaviest
        judge = Judge(held)
        away = solution_from(problem, here.timetable(shift=1).timetable_id)
        assert judge.score(stands).counts["changes"] == 0
        assert judge.score(away).counts["changes"] == len(problem.rows)
    own = weighed(held.instance, "Mine", {"Mine": {"group_gaps": 7}}, held.close)
    assert next(c.weight for c in own.constraints if c.rule.name == "changes") == 70


def test_an_own_profile_weighs_as_it_says_and_leaves_hard_rules_hard(here: University) -> None:
    problem = here.problem()
    own = weighed(problem.instance, "Mine", {"Mine": dict.fromkeys(WEIGHED, 0) | {"group_gaps": 7}})
    soft = {c.rule.name: c.weight for c in own.constraints if c.weight is not None}
    assert soft["group_gaps"] == 7
    assert not set(soft) & (set(WEIGHED) - {"group_gaps"})
    assert {c.rule.name for c in own.constraints if c.hard} == {
        c.rule.name for c in problem.instance.constraints if c.hard
    }


@pytest.mark.parametrize(
    ("choices", "field"),
    [
        (RunChoices(PartOfTerm((1,))), "base"),
        (RunChoices(keep_locks=True), "base"),
        (RunChoices(close="little"), "base"),
        (RunChoices(close="madly"), "close"),
        (RunChoices(base_id=0), "base"),
    ],
)
def test_choices_that_do_not_fit_together_name_the_field_to_mend(
    here: University, choices: RunChoices, field: str
) -> None:
    with pytest.raises(ChoiceRefused) as refused:
        checked(here.term, choices)
    assert refused.value.field == field


def test_departments_and_timetables_of_others_are_refused(here: University) -> None:
    base, there = here.timetable(), university()
    with pytest.raises(ChoiceRefused, match="no such timetable"):
        checked(here.term, RunChoices(base_id=there.timetable().timetable_id))
    with pytest.raises(ChoiceRefused, match="without classes"):
        checked(here.term, RunChoices(PartOfTerm((there.cse.department_id,)), base_id=base.timetable_id))


def test_a_base_that_was_deleted_meanwhile_ends_the_run_in_words(here: University) -> None:
    base, problem = here.timetable(), here.problem()
    choices = RunChoices(base_id=base.timetable_id)
    db.session.delete(base)
    db.session.commit()
    with pytest.raises(BaseGone, match="deleted meanwhile"):
        hold(problem, choices)


def test_what_is_frozen_is_said_in_numbers(here: University) -> None:
    base, problem = here.timetable(unplaced=1), here.problem()
    assert [(one.label, one.classes) for one in part_options_of(problem).departments] == [
        ("CSE: Computing", 4),
        ("MAT: Maths", 2),
    ]
    choices = RunChoices(PartOfTerm((here.cse.department_id,)), base_id=base.timetable_id, close="little")
    told = time_budget.plan(problem, here.term, choices, 100, 5)
    assert told[0] == "100 s in all: 35 s at most for a first timetable, 12 s at least for each of 5 variants."
    number = base.timetable_id
    assert told[1:5] == [
        "Only a part is placed anew: department CSE.",
        f"Frozen: 1 class outside this part keeps time and room of Balanced (no. {number}).",
        "1 class outside this part has no place there and stays without one.",
        "Free: 4 classes are placed anew.",
    ]
    assert "as much as the heaviest wish" in told[5]


def test_a_job_keeps_what_was_chosen_and_the_weights_as_they_were(here: University) -> None:
    base = here.timetable()
    mine = weight_profiles.save(here.registrar, None, "Mine", typed(group_gaps="9"))
    choices = RunChoices(PartOfTerm((here.mat.department_id,)), base.timetable_id, True, "strongly")
    job = request_generation(here.registrar, "2024-25", 3, profiles=["Balanced", "Mine"], choices=choices)
    weight_profiles.delete(here.registrar, mine)
    options = options_of(job, GenerateOptions)
    assert options.profiles == ("Balanced", "Mine")
    assert options.weights["Mine"]["group_gaps"] == 9
    assert choices_of(job) == choices
    with pytest.raises(VariantsRefused):
        request_generation(here.registrar, "2024-25", 3, profiles=["Mine"])


@pytest.mark.parametrize("text", ["-1", "many", "", "1.5", "9" * 12, "1000001", "٣"])
def test_a_weight_that_is_none_is_refused_with_rule_found_and_expected(here: University, text: str) -> None:
    with pytest.raises(ProfileRefused) as refused:
        weight_profiles.save(here.registrar, None, "Mine", typed(group_gaps=text))
    assert set(refused.value.errors) == {"group_gaps"}
    said = refused.value.errors["group_gaps"]
    assert "expected a whole number from 0 to 1000000" in said
    assert said.endswith(f"found {text or 'nothing'}.")
    assert weight_profiles.profiles_of(here.registrar) == []


def test_a_profile_is_named_once_and_never_like_one_of_the_five(here: University) -> None:
    weight_profiles.save(here.registrar, None, "Mine", typed())
    for name in ("mine", "balanced", " ", "x" * 61):
        with pytest.raises(ProfileRefused) as refused:
            weight_profiles.save(here.registrar, None, name, typed())
        assert set(refused.value.errors) == {"name"}
    with pytest.raises(ProfileRefused, match="not stored"):
        weight_profiles.save(here.registrar, None, "Nothing", dict.fromkeys(WEIGHED, "0"))


def test_a_profile_is_changed_and_deleted_with_its_audit_rows(here: University) -> None:
    mine = weight_profiles.save(here.registrar, None, "Mine", typed())
    weight_profiles.save(here.registrar, mine, "Ours", typed(group_gaps="4"))
    assert weight_profiles.weights_by_name(here.registrar)["Ours"]["group_gaps"] == 4
    weight_profiles.delete(here.registrar, mine)
    assert weight_profiles.profiles_of(here.registrar) == []
    query = (
        sa.select(AuditEvent.action).where(AuditEvent.subject == "weight_profiles").order_by(AuditEvent.audit_event_id)
    )
    assert db.session.scalars(query).all() == ["weight_profile.save", "weight_profile.save", "weight_profile.delete"]


def test_a_reason_given_for_a_class_and_its_lock_survive_a_run_of_another_part(here: University) -> None:
    """The run neither takes the class off for the rule that was excused nor forgets why."""
    base = here.timetable()
    first = next(entry for entry in base.entries if entry.course.department_id == here.cse.department_id)
    first.locked_time = first.locked_room = True
    first.override_reason, first.override_rules = "The hall is opened for it.", ["room_closed"]
    factories.availability(first.time_slot, room_id=first.room_id)
    db.session.commit()
    problem = here.problem()
    held = hold(problem, RunChoices(PartOfTerm((here.mat.department_id,)), base.timetable_id))
    (index,) = held.overrides
    assert problem.rows[index].key.component_id == first.component_id
    assert (held.broken, held.locks) == ((), {index: (True, True)})
    found = schedule(held.instance, QUICK)
    assert found.hard == 0
    kept, objections = trimmed(problem, found.solution, held.overrides)
    assert objections == {}
    facts = TimetableFacts("Balanced", locks=held.locks, overrides=held.overrides)
    made = store_timetable(problem, kept, facts)
    entry = db.session.scalars(
        sa.select(TimetableEntry).filter_by(timetable_id=made, component_id=first.component_id)
    ).one()
    assert (entry.override_reason, entry.override_rules) == ("The hall is opened for it.", ["room_closed"])
    assert (entry.time_slot_id, entry.room_id, entry.locked_time) == (first.time_slot_id, first.room_id, True)
