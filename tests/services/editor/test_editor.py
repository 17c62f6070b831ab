"""Editing a draft by hand: moves with exact costs, ways out of a clash, undo, and two people at once."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Range

from tests import factories
from tests.edge import commit
from tests.university import Case, adjustable
from webapp.engine.evaluate import evaluate
from webapp.engine.profiles import measured
from webapp.extensions import db
from webapp.models import AuditEvent, EntryClaim, TimetableChange, TimetableScore, TimetableStatus
from webapp.services.editor import board_cache, drafts, history, moves, session, view
from webapp.services.editor.errors import (
    ClassGone,
    ClassLocked,
    DoubleBooking,
    NameTaken,
    NeedsReason,
    NoSuchPlace,
    NotEditable,
    NothingToUndo,
    StaleRevision,
)
from webapp.services.editor.moves import MoveRequest
from webapp.services.editor.spots import Spot
from webapp.services.problem.solutions import content_hash, solution_from
from webapp.services.problem.term_problem import build_problem
from webapp.services.problem.words.sentences import words_of
from webapp.services.reference import commands
from webapp.services.schema.scope import Scope
from webapp.services.schema.tables import find_table
from webapp.services.shared import audit, transaction
from webapp.services.shared.errors import Problem
from webapp.services.terms.selection import data_revision_of
from webapp.services.timetables import publishing


@pytest.fixture
def case(app: object) -> Iterator[Case]:
    board_cache.forget_boards()
    yield adjustable()
    board_cache.forget_boards()


def move(case: Case, code: str, day: int, number: int, room: int | None = 0, ordinal: int = 1, **more: str) -> None:
    wish = MoveRequest(
        case.entry(code, ordinal).entry_id,
        Spot(case.slot(day, number).time_slot_id),
        None if room is None else case.rooms[room].room_id,
        any_room=room is None,
        **more,
    )
    commit(moves.move, case.user, case.timetable, case.timetable.revision, wish)


def assert_consistent(case: Case) -> None:
    """Figures, scores, hash and claims are those of the entries as they stand."""
    db.session.expire_all()
    problem = build_problem(case.term)
    solution = solution_from(problem, case.timetable.timetable_id)
    score = evaluate(measured(problem.instance), solution)
    stored = db.session.scalars(sa.select(TimetableScore).filter_by(timetable_id=case.timetable.timetable_id))
    assert {row.rule: row.count for row in stored} == score.counts
    assert case.timetable.cost == score.cost
    assert case.timetable.unplaced == len(solution.unplaced)
    assert case.timetable.content_hash == content_hash(problem, solution)
    claims = db.session.execute(
        sa.select(EntryClaim.entry_id, EntryClaim.resource, EntryClaim.minutes).filter_by(
            timetable_id=case.timetable.timetable_id
        )
    ).all()
    for entry in case.timetable.entries:
        own = {(resource, minutes.lower) for entry_id, resource, minutes in claims if entry_id == entry.entry_id}
        if entry.start_time is None:
            assert own == set()
            continue
        begins = entry.day * 1440 + entry.start_time.hour * 60
        wanted = {f"faculty:{t.faculty_id}" for t in entry.teachers} | {
            f"group:{g.student_group_id}" for g in entry.groups
        }
        assert own == {(resource, begins) for resource in wanted | {f"room:{entry.room_id}"}}


def test_a_class_moves_with_its_claims_scores_hash_audit_and_what_undoes_it(case: Case) -> None:
    move(case, "ALG", 1, 2, 1, ordinal=2)
    assert case.place("ALG", 2) == (1, 2, "LH-2")
    assert case.timetable.revision == 2
    assert case.timetable.data_revision == data_revision_of(case.timetable.term_id)
    assert_consistent(case)
    change = db.session.scalars(sa.select(TimetableChange)).one()
    assert (change.action, change.revision, change.made_by_id) == ("move", 2, case.user.user_id)
    event = db.session.scalars(sa.select(AuditEvent).filter_by(action="timetable.move")).one()
    assert (
        words_of(event.after["words"]) == "ALG A, L 2: from Monday 09:00 to 10:00, LH-1 to Tuesday 10:00 to 11:00, LH-2"
    )
    assert event.before["ALG A, L 2"] == "Monday 09:00 to 10:00, LH-1"
    assert event.after["ALG A, L 2"] == "Tuesday 10:00 to 11:00, LH-2"


def test_each_painted_place_costs_exactly_what_the_move_then_costs(case: Case) -> None:
    entry = case.entry("BOT", 2)
    before = (case.timetable.hard_violations, case.timetable.cost)
    places = view.chosen(case.timetable, entry.entry_id).places
    assert len(places) == 12
    taken = [place for place in places if place.mark == "here"]
    assert [place.when for place in taken] == ["Monday 09:00 to 10:00"]
    for place in places:
        if place.mark == "bad":
            continue
        wish = MoveRequest(entry.entry_id, place.spot, place.room_id)
        commit(moves.move, case.user, case.timetable, case.timetable.revision, wish)
        after = (case.timetable.hard_violations, case.timetable.cost)
        assert (after[0] - before[0], after[1] - before[1]) == (place.hard, place.cost), place.when
        if place.mark != "here":
            commit(session.undo, case.user, case.timetable, case.timetable.revision)
    assert_consistent(case)


def test_the_best_room_is_found_where_none_is_named(case: Case) -> None:
    move(case, "ALG", 2, 2, None)
    assert case.place("ALG") == (2, 2, "LH-1")


def test_a_taken_place_is_refused_with_who_is_there_and_ways_out(case: Case) -> None:
    with pytest.raises(DoubleBooking, match="it is taken") as refused:
        move(case, "ALG", 1, 0, 1)
    assert refused.value.findings == ("LAB A, P 1 is at Tuesday 08:00 to 10:00, LH-1, and needs CSE-A too.",)
    assert [offer.kind for offer in refused.value.offers] == ["tray"]
    assert case.place("ALG") == (0, 0, "LH-1")
    assert case.timetable.revision == 1


def test_two_classes_change_places(case: Case) -> None:
    with pytest.raises(DoubleBooking) as refused:
        move(case, "BOT", 0, 1, 1)
    swap = next(offer for offer in refused.value.offers if offer.kind == "swap")
    before = case.timetable.cost
    assert "BOT A, L 1" in swap.sentence
    move(case, "BOT", 0, 1, 1, displaced="swap")
    assert (case.place("BOT", 1), case.place("BOT", 2)) == ((0, 1, "LH-2"), (0, 0, "LH-2"))
    assert case.timetable.cost == before
    assert_consistent(case)


def test_a_swap_costs_what_its_offer_says(case: Case) -> None:
    move(case, "BOT", 1, 3, 1, ordinal=2)
    before = case.timetable.cost
    with pytest.raises(DoubleBooking) as refused:
        move(case, "BOT", 1, 3, 0)
    swap = next(offer for offer in refused.value.offers if offer.kind == "swap")
    move(case, "BOT", 1, 3, 0, displaced="swap")
    assert case.timetable.cost - before == swap.cost
    assert case.place("BOT", 2)[:2] == (0, 0)
    assert_consistent(case)


def test_the_displaced_class_goes_to_the_tray_and_back_again(case: Case) -> None:
    move(case, "ALG", 1, 0, 1, displaced="tray")
    assert case.place("LAB") == (None, None, None)
    assert case.entry("LAB").unplaced_reason == {"code": "by_hand"}
    assert case.timetable.unplaced == 1
    assert_consistent(case)
    move(case, "LAB", 2, 2, 0)
    assert case.place("LAB") == (2, 2, "LH-1")
    assert (case.entry("LAB").unplaced_reason, case.timetable.unplaced) == (None, 0)
    assert_consistent(case)


def test_no_way_out_moves_what_is_locked(case: Case) -> None:
    lab = case.entry("LAB").entry_id
    commit(moves.lock, case.user, case.timetable, 1, [lab], time=True, room=None)
    with pytest.raises(DoubleBooking) as refused:
        move(case, "ALG", 1, 0, 1)
    assert refused.value.offers == ()
    with pytest.raises(ClassLocked, match="Unlock it"):
        move(case, "ALG", 1, 0, 1, displaced="tray")


def test_a_rule_that_must_hold_gives_way_to_a_reason_that_stays(case: Case) -> None:
    with pytest.raises(NeedsReason) as refused:
        move(case, "ALG", 2, 0)
    assert str(refused.value) == "This breaks a rule that must hold."
    assert any("Dr Rao" in finding for finding in refused.value.findings)
    move(case, "ALG", 2, 0, reason=" Dr Rao  agreed on the phone. ")
    assert case.entry("ALG").override_reason == "Dr Rao agreed on the phone."
    assert case.timetable.hard_violations == 1
    (told,) = view.overrides(case.timetable)
    assert (told.label, told.where, told.reason) == ("ALG A", "Wednesday 08:00, LH-1", "Dr Rao agreed on the phone.")
    assert publishing.publish(case.user, case.timetable, factories.EVERYTHING).status is TimetableStatus.PUBLISHED


def test_what_is_broken_later_asks_for_a_reason_of_its_own(case: Case) -> None:
    move(case, "ALG", 2, 0, reason="Dr Rao agreed.")
    assert case.entry("ALG").override_rules == ["unavailable"]
    move(case, "ALG", 2, 0)
    assert case.timetable.revision == 2, "what is excused needs no further word"
    factories.availability(case.slot(2, 0), room_id=case.rooms[0].room_id)
    db.session.commit()
    (open_,) = view.chosen(case.timetable, case.entry("ALG").entry_id).uncovered
    assert "LH-1 is closed" in open_.sentence
    with pytest.raises(NeedsReason) as refused:
        move(case, "ALG", 2, 0)
    assert list(refused.value.findings) == [open_.sentence]
    move(case, "ALG", 2, 0, reason="The porter opens it.")
    entry = case.entry("ALG")
    assert entry.override_reason == "Dr Rao agreed. The porter opens it."
    assert entry.override_rules == ["room_closed", "unavailable"]
    assert view.chosen(case.timetable, entry.entry_id).uncovered == []
    commit(session.undo, case.user, case.timetable, 3)
    entry = case.entry("ALG")
    assert (entry.override_reason, entry.override_rules) == ("Dr Rao agreed.", ["unavailable"])


def test_a_reason_goes_when_the_class_stands_well_again(case: Case) -> None:
    move(case, "ALG", 2, 0, reason="Agreed.")
    move(case, "ALG", 2, 1)
    assert case.entry("ALG").override_reason is None
    assert case.timetable.hard_violations == 0


def test_a_room_too_small_needs_a_reason_too(case: Case) -> None:
    hard = [place for place in view.chosen(case.timetable, case.entry("ALG").entry_id).rooms if place.code == "SMALL"]
    assert (hard[0].capacity, hard[0].size) == (10, 30)
    if hard[0].mark == "bad":
        with pytest.raises(NeedsReason):
            move(case, "ALG", 0, 0, 2)
    move(case, "ALG", 0, 0, 2, reason="Half of them are away.")
    assert case.place("ALG") == (0, 0, "SMALL")
    assert db.session.scalars(sa.select(TimetableChange.action)).all() == ["room"]


def test_undo_and_redo_go_as_far_as_there_are_steps(case: Case) -> None:
    first = case.timetable.content_hash
    hashes = []
    for number in range(4):
        move(case, "BOT", 2, number, 1, ordinal=2)
        hashes.append(case.timetable.content_hash)
    commit(
        moves.lock,
        case.user,
        case.timetable,
        case.timetable.revision,
        [case.entry("ALG").entry_id],
        time=True,
        room=True,
    )
    for _ in range(5):
        commit(session.undo, case.user, case.timetable, case.timetable.revision)
    assert case.timetable.content_hash == first
    assert not case.entry("ALG").locked_time
    with pytest.raises(NothingToUndo, match="no step to undo"):
        commit(session.undo, case.user, case.timetable, case.timetable.revision)
    for expected in hashes:
        commit(session.redo, case.user, case.timetable, case.timetable.revision)
        assert case.timetable.content_hash == expected
    commit(session.redo, case.user, case.timetable, case.timetable.revision)
    assert case.entry("ALG").locked_time
    with pytest.raises(NothingToUndo, match="no step to do again"):
        commit(session.redo, case.user, case.timetable, case.timetable.revision)
    assert case.timetable.revision == 1 + 5 + 5 + 5
    assert_consistent(case)


def test_a_new_step_after_an_undo_says_that_the_undone_ones_are_gone(case: Case) -> None:
    for number in range(2):
        move(case, "BOT", 2, number, 1, ordinal=2)
    for _ in range(2):
        commit(session.undo, case.user, case.timetable, case.timetable.revision)
    move(case, "ALG", 2, 3)
    last = history.undo_state(case.timetable).last
    assert last is not None
    assert last.dropped == 2
    assert history.undo_state(case.timetable).redo is None
    move(case, "ALG", 2, 2)
    last = history.undo_state(case.timetable).last
    assert last is not None
    assert last.dropped == 0


def test_a_stale_step_is_told_what_happened_meanwhile_and_does_nothing(case: Case) -> None:
    colleague = factories.user(case.user.organization, name="Arun Nair")
    db.session.commit()
    wish = MoveRequest(case.entry("BOT").entry_id, Spot(case.slot(2, 3).time_slot_id), any_room=True)
    commit(moves.move, colleague, case.timetable, 1, wish)
    with pytest.raises(StaleRevision) as refused:
        commit(
            moves.move,
            case.user,
            case.timetable,
            1,
            MoveRequest(case.entry("ALG").entry_id, Spot(case.slot(2, 2).time_slot_id)),
        )
    assert refused.value.findings == (
        "Arun Nair: BOT A, L 1: from Monday 08:00 to 09:00, LH-2 to Wednesday 11:00 to 12:00, LH-2",
    )
    assert case.place("ALG") == (0, 0, "LH-1")
    assert case.place("BOT") == (2, 3, "LH-2")
    commit(session.undo, colleague, case.timetable, 2)
    with pytest.raises(StaleRevision) as refused:
        commit(session.undo, case.user, case.timetable, 2)
    assert refused.value.findings[0].startswith("Arun Nair: Undone: BOT A, L 1")


@pytest.mark.parametrize("status", ["submitted", "approved", "published", "superseded"])
def test_what_has_gone_further_than_draft_is_not_edited(case: Case, status: str) -> None:
    case.timetable.status = TimetableStatus(status)
    db.session.commit()
    with pytest.raises(NotEditable, match="Make a draft"):
        move(case, "ALG", 2, 2)
    assert case.place("ALG") == (0, 0, "LH-1")


def test_a_variant_is_not_edited_but_its_draft_is(case: Case) -> None:
    case.timetable.generation_job_id = factories.job(case.term).job_id
    db.session.commit()
    with pytest.raises(NotEditable, match="variant of a run"):
        move(case, "ALG", 2, 2)
    draft = commit(drafts.branch, case.user, case.timetable, "Mine")
    mine = Case(case.user, case.term, draft, case.rooms)
    move(mine, "ALG", 2, 2)
    assert (mine.place("ALG"), case.place("ALG")) == ((2, 2, "LH-1"), (0, 0, "LH-1"))
    assert_consistent(mine)
    (told,) = view.differences(draft)
    assert (told.label, told.before, told.now) == ("ALG A, L 1", "Monday 08:00, LH-1", "Wednesday 10:00, LH-1")


def test_a_branch_has_all_that_its_origin_has_and_a_second_click_no_second_one(case: Case) -> None:
    commit(moves.lock, case.user, case.timetable, 1, [case.entry("ALG").entry_id], time=True, room=False)
    draft = commit(drafts.branch, case.user, case.timetable)
    assert (draft.variant_name, draft.status.value, draft.revision) == ("Hand-made, draft 1", "draft", 1)
    assert (draft.based_on_id, draft.generation_job_id) == (case.timetable.timetable_id, None)
    mine = Case(case.user, case.term, draft, case.rooms)
    assert mine.entry("ALG").locked_time
    assert_consistent(mine)
    again = commit(drafts.branch, case.user, case.timetable, "Hand-made, draft 1")
    assert again.timetable_id == draft.timetable_id
    move(mine, "BOT", 2, 2)
    with pytest.raises(NameTaken):
        commit(drafts.branch, case.user, case.timetable, "Hand-made, draft 1")
    assert drafts.draft_name(draft) == "Hand-made, draft 2"


def test_a_slot_that_does_not_exist_or_is_too_short_is_refused_in_words(case: Case) -> None:
    with pytest.raises(NoSuchPlace, match="no such slot"):
        commit(moves.move, case.user, case.timetable, 1, MoveRequest(case.entry("ALG").entry_id, Spot(2**31 - 1)))
    with pytest.raises(NoSuchPlace, match="takes 2 slots in a row"):
        move(case, "LAB", 2, 3)
    wish = MoveRequest(case.entry("ALG").entry_id, Spot(case.slot(2, 2).time_slot_id), factories.room().room_id)
    with pytest.raises(NoSuchPlace, match="no such room"):
        commit(moves.move, case.user, case.timetable, 1, wish)


def test_a_class_that_was_deleted_meanwhile_is_told(case: Case) -> None:
    entry_id = case.entry("BOT", 2).entry_id
    case.entry("BOT", 2).component.meetings_per_week = 1
    db.session.commit()
    with pytest.raises(ClassGone, match="no longer ask"):
        commit(moves.unplace, case.user, case.timetable, 1, entry_id)
    with pytest.raises(ClassGone, match="not in the timetable"):
        commit(moves.unplace, case.user, case.timetable, 1, 2**31 - 1)


def test_locks_hold_in_bulk_and_let_go_in_bulk(case: Case) -> None:
    ids = [entry.entry_id for entry in case.timetable.entries]
    assert commit(moves.lock, case.user, case.timetable, 1, ids, time=True, room=True) == 5
    assert commit(moves.lock, case.user, case.timetable, 2, ids, time=True, room=None) == 0
    assert case.timetable.revision == 2
    with pytest.raises(ClassLocked):
        commit(moves.unplace, case.user, case.timetable, 2, ids[0])
    assert commit(moves.lock, case.user, case.timetable, 2, ids, time=False, room=None) == 5
    with pytest.raises(ClassLocked):
        move(case, "ALG", 2, 2, 1)
    move(case, "ALG", 2, 2, 0)
    assert_consistent(case)


def test_a_move_to_where_it_stands_is_no_step(case: Case) -> None:
    move(case, "ALG", 0, 0, 0)
    assert case.timetable.revision == 1


def test_a_change_of_the_terms_data_is_seen_by_the_next_look(case: Case) -> None:
    entry_id = case.entry("ALG").entry_id
    free = view.chosen(case.timetable, entry_id).by_slot[case.slot(2, 1).time_slot_id]
    assert free.mark in ("good", "warn")
    teacher = case.entry("ALG").faculty_id
    factories.availability(case.slot(2, 1), faculty_id=teacher)
    audit.record(case.user.organization, case.user, "availability.edit", case.term)
    db.session.commit()
    away = view.chosen(case.timetable, entry_id).by_slot[case.slot(2, 1).time_slot_id]
    assert (away.mark, away.headline) == ("bad", "Breaks 1")


def test_a_step_that_is_not_committed_is_seen_by_nobody_else(case: Case) -> None:
    view.chosen(case.timetable, case.entry("ALG").entry_id)
    asked = MoveRequest(case.entry("ALG").entry_id, Spot(case.slot(2, 2).time_slot_id), any_room=True)
    moves.move(case.user, case.timetable, 1, asked)
    assert view.chosen(case.timetable, asked.entry_id).where.startswith("Wednesday 10:00")
    transaction.rollback()
    assert case.timetable.revision == 1
    assert view.chosen(case.timetable, case.entry("ALG").entry_id).where == "Monday 08:00 to 09:00, LH-1"
    move(case, "BOT", 2, 2, 1)
    assert view.chosen(case.timetable, case.entry("ALG").entry_id).where == "Monday 08:00 to 09:00, LH-1"
    assert_consistent(case)


def test_two_steps_are_one_transaction_where_the_caller_wants_it(case: Case) -> None:
    first = MoveRequest(case.entry("ALG").entry_id, Spot(case.slot(2, 2).time_slot_id), case.rooms[0].room_id)
    second = MoveRequest(case.entry("BOT").entry_id, Spot(case.slot(2, 3).time_slot_id), case.rooms[1].room_id)
    moves.move(case.user, case.timetable, 1, first)
    moves.move(case.user, case.timetable, 2, second)
    transaction.commit()
    assert (case.timetable.revision, case.place("ALG"), case.place("BOT")) == (3, (2, 2, "LH-1"), (2, 3, "LH-2"))
    assert view.chosen(case.timetable, first.entry_id).where == "Wednesday 10:00 to 11:00, LH-1"
    assert view.chosen(case.timetable, second.entry_id).where == "Wednesday 11:00 to 12:00, LH-2"
    assert_consistent(case)


def test_what_only_postgresql_sees_is_refused_in_words_and_undoes_the_step_alone(case: Case) -> None:
    room, slot, botany = case.rooms[0], case.slot(2, 2), case.entry("BOT").entry_id
    weeks = db.session.scalars(sa.select(EntryClaim.weeks).filter_by(entry_id=botany)).first()
    hidden = EntryClaim(
        entry_id=botany,
        timetable_id=case.timetable.timetable_id,
        resource=f"room:{room.room_id}",
        minutes=Range(2 * 1440 + 600, 2 * 1440 + 660),
        weeks=weeks,
    )
    db.session.add(hidden)
    db.session.commit()
    asked = MoveRequest(case.entry("ALG").entry_id, Spot(slot.time_slot_id), room.room_id)
    with pytest.raises(DoubleBooking, match="two places at once"):
        moves.move(case.user, case.timetable, 1, asked)
    transaction.commit()
    assert (case.timetable.revision, case.place("ALG")) == (1, (0, 0, "LH-1"))


@pytest.mark.parametrize("what", ["rooms", "time-slots"])
def test_a_step_back_to_a_row_that_is_deleted_is_refused_and_work_goes_on(case: Case, what: str) -> None:
    gone = {"rooms": case.rooms[0].room_id, "time-slots": case.slot(0, 0).time_slot_id}[what]
    move(case, "ALG", 1, 2, room=1)
    scope = Scope(case.term.organization, case.term, case.user)
    commit(commands.delete_row, scope, find_table(what), gone)
    assert case.timetable.cut_classes
    with pytest.raises(Problem):
        commit(session.undo, case.user, case.timetable, case.timetable.revision)
    db.session.rollback()
    assert case.place("ALG") == (1, 2, "LH-2")
    assert case.place("ALG", 2) == ((None, None, None) if what == "rooms" else (0, 1, "LH-1"))
    move(case, "ALG", 2, 2, room=1, ordinal=2)
    assert_consistent(case)
    assert case.timetable.quality_score is not None
