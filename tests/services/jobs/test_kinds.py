"""Options and facts of each kind of job: one way to JSON and back, and no reading of one kind as another."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from webapp.models import JobKind
from webapp.services.jobs.failures import Failure, FailureCode, failure_in_words
from webapp.services.jobs.kinds import (
    KINDS,
    CheckFacts,
    CheckOptions,
    GenerateFacts,
    GenerateOptions,
    KindMistaken,
    MovedClass,
    UnplacedClass,
    VariantFacts,
    facts_of,
    options_of,
    stored,
)
from webapp.services.problem.words.reasons import UnplacedReason
from webapp.services.problem.words.sentences import (
    AmountWords,
    BrokenRule,
    PlaceWords,
    RepairCause,
    RuleWords,
    SearchRemark,
    WayOutWords,
)
from webapp.services.problem.words.statements import Statement, told
from webapp.services.shared.codec import from_json

WEBAPP = Path(__file__).parent.parent.parent.parent / "webapp"
VALUES = st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text()))
PLACES = st.lists(st.none() | st.integers()).map(tuple)
for sentences in (AmountWords, BrokenRule, PlaceWords, RepairCause, RuleWords, SearchRemark, Statement, WayOutWords):
    st.register_type_strategy(sentences, st.builds(sentences, st.text(), VALUES))
CAUSES = st.lists(st.from_type(RepairCause)).map(tuple)
st.register_type_strategy(UnplacedReason, st.builds(UnplacedReason, st.text(), VALUES, CAUSES))
st.register_type_strategy(UnplacedClass, st.builds(UnplacedClass, PLACES, st.text(), st.from_type(UnplacedReason)))
TYPES = [kind for spec in KINDS.values() for kind in (spec.options, spec.facts)]


def test_every_kind_has_options_and_facts_of_its_own() -> None:
    assert set(KINDS) == set(JobKind)
    assert len(set(TYPES)) == 2 * len(JobKind)


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
@settings(deadline=None)
@given(data=st.data())
def test_what_is_written_is_read_back_as_it_was(kind: type[Any], data: st.DataObject) -> None:
    value = data.draw(st.from_type(kind))
    assert from_json(kind, stored(value)) == value


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
def test_a_row_of_another_version_is_read_with_what_is_known(kind: type[Any]) -> None:
    assert from_json(kind, {"of another version": [1, {}]}) == kind()


def test_what_stands_at_its_default_is_not_written() -> None:
    assert stored(GenerateFacts(variants=(VariantFacts("Balanced"),))) == {"variants": [{"name": "Balanced"}]}


def test_sentences_that_a_release_before_has_stored_are_shown_as_they_are() -> None:
    facts = from_json(GenerateFacts, {"remark": "It did not see a rule.", "broken": ["HALL is closed."]})
    assert [one.sentence for one in (*facts.remark, *facts.broken)] == ["It did not see a rule.", "HALL is closed."]
    assert from_json(GenerateFacts, {"remark": ""}).remark == ()
    lost = from_json(UnplacedClass, {"key": [1, None, 1], "reason": {"code": "by_hand", "because": "LH-1 is closed. "}})
    assert lost.reason.because == (RepairCause.from_text("LH-1 is closed. "),)
    asked = {"text": "Nobody teaches it.", "reasons": ["Here."], "code": "refused"}
    assert str(from_json(Failure, asked).text) == "Nobody teaches it."
    member, way = {"sentence": "Dr Rao: most (2).", "rule": "Most"}, {"sentence": "Leave 1 out.", "price": "1 class"}
    old = {"answer": {"verdict": "", "clashes": [{"sentence": "Short.", "members": [member]}], "relaxations": [way]}}
    answer = from_json(CheckFacts, old).answer
    assert answer is not None
    (clash,), (way_out,) = answer.clashes, answer.relaxations
    told_before = [str(one) for one in (clash.sentence, clash.members[0].sentence, way_out.sentence, way_out.price)]
    assert told_before == ["Short.", "Dr Rao: most (2).", "Leave 1 out.", "1 class"]
    moved = from_json(MovedClass, {"label": "ALG A, L 1", "before": "Monday 09:00, LH-1"})
    assert (moved.before.sentence, moved.now.sentence) == ("Monday 09:00, LH-1", "")


def test_a_job_is_never_read_as_one_of_another_kind(session: scoped_session[Session]) -> None:
    check = factories.job(factories.term(), kind=JobKind.CHECK)
    assert options_of(check, CheckOptions) == CheckOptions()
    with pytest.raises(KindMistaken):
        options_of(check, GenerateOptions)
    with pytest.raises(KindMistaken):
        facts_of(check, GenerateFacts)


def test_nobody_else_reads_or_writes_the_json_of_a_job() -> None:
    reads = re.compile(r"\bjob\.(options|facts)\b|GenerationJob\.(options|facts)\b")
    own = WEBAPP / "services/jobs/kinds.py"
    paths = [path for pattern in ("**/*.py", "**/*.html") for path in WEBAPP.glob(pattern) if path != own]
    assert [str(path) for path in paths if reads.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("code", list(FailureCode))
def test_every_failure_has_words(session: scoped_session[Session], code: FailureCode) -> None:
    reasons = (told("no_teacher", name="A"), Statement.from_text("Two."))
    failure = Failure(code, text=told("no_problem"), reasons=reasons, more=3, error="ValueError")
    job = factories.job(factories.term(), **failure.as_columns())
    first, *others = failure_in_words(job).split("\n")
    assert first.endswith((".", ":"))
    assert others == ["A has no teacher.", "Two.", "And 3 more."]


def test_a_job_that_did_not_fail_has_no_failure(session: scoped_session[Session]) -> None:
    assert failure_in_words(factories.job(factories.term())) == ""
