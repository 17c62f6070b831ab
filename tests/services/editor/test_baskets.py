"""Options of a basket in the editor: they move together, or one alone by a reason."""

import pytest
from sqlalchemy.orm import Session, scoped_session

from tests import factories
from tests.university import Case, adjustable
from webapp.extensions import db
from webapp.models import Section, TimetableEntry
from webapp.services.editor import moves, view
from webapp.services.editor import session as steps
from webapp.services.editor.errors import DoubleBooking, NeedsReason
from webapp.services.editor.moves import MoveRequest
from webapp.services.editor.spots import Spot


@pytest.fixture
def case(session: scoped_session[Session]) -> Case:
    """Algebra and Botany, which stand beside each other, are options of one basket."""
    made = adjustable()
    sections = db.session.query(Section).order_by(Section.section_id).all()[:2]
    factories.basket(made.term, name="Elective 1", options=sections)
    db.session.commit()
    return made


def move(case: Case, day: int, number: int, **asked: object) -> None:
    entry = case.entry("ALG")
    request = MoveRequest(entry.entry_id, Spot(case.slot(day, number).time_slot_id), any_room=True, **asked)  # type: ignore[arg-type]
    moves.move(case.user, case.timetable, case.timetable.revision, request)
    db.session.commit()


def test_moving_an_option_moves_those_that_start_with_it_and_undo_brings_all_back(case: Case) -> None:
    move(case, 2, 2)
    assert case.place("ALG")[:2] == case.place("BOT")[:2] == (2, 2)
    assert case.place("ALG")[2] != case.place("BOT")[2]
    assert case.place("ALG", 2)[:2] == case.place("BOT", 2)[:2] == (0, 1), "the second meetings stay"
    steps.undo(case.user, case.timetable, case.timetable.revision)
    db.session.commit()
    assert case.place("ALG")[:2] == case.place("BOT")[:2] == (0, 0)


def test_moving_one_alone_needs_a_reason_and_gets_by_with_one(case: Case) -> None:
    with pytest.raises(NeedsReason) as refusal:
        move(case, 2, 2, alone=True)
    assert "does not start together with" in refusal.value.findings[0]
    db.session.rollback()
    move(case, 2, 2, alone=True, reason="Agreed with the students.")
    assert (case.place("ALG")[:2], case.place("BOT")[:2]) == ((2, 2), (0, 0))


def test_a_place_tells_what_moving_all_of_them_comes_to(case: Case) -> None:
    chosen = view.chosen(case.timetable, case.entry("ALG").entry_id)
    assert chosen.basket == "Elective 1"
    place = chosen.by_slot[case.slot(2, 2).time_slot_id]
    assert place.mark in ("good", "warn")
    assert "2 classes of the basket move together." in place.effect
    taken = chosen.by_slot[case.slot(1, 0).time_slot_id]
    assert (taken.mark, bool(taken.taken)) == ("bad", True), "Dr Sen, of the other option, has the lab then"


def test_what_stands_in_the_way_of_another_option_is_named_and_goes_to_the_tray_if_asked(case: Case) -> None:
    with pytest.raises(DoubleBooking) as refusal:
        move(case, 1, 0)
    assert [finding.partition(" is at")[0] for finding in refusal.value.findings] == ["LAB A, P 1"]
    assert [offer.kind for offer in refusal.value.offers] == ["tray"]
    db.session.rollback()
    move(case, 1, 0, displaced="tray")
    assert case.place("LAB")[0] is None
    assert db.session.query(TimetableEntry).filter_by(time_slot_id=None).count() == 1
