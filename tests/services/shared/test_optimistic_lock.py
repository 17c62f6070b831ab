"""Two who write at the same moment: the second waits for the first, and sees what it did."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests import factories
from webapp.extensions import db
from webapp.models import Availability, Organization, StudentGroup, StudentGroupMember, Term, TimeSlot, WishLevel
from webapp.services.reference import commands, queries
from webapp.services.reference.errors import RecordInUse, RecordRefused
from webapp.services.schema.scope import Scope
from webapp.services.schema.tables import find_table
from webapp.services.terms import availability

PATIENCE = 20
WAITING = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture
def term(committed_app: Flask) -> Term:
    return factories.term(days=1, slots=1)


def begun_while(app: Flask, statements: Sequence[sa.Executable], work: Callable[[Scope], Any], term: Term) -> Any:
    """What ``work`` comes to, begun when another transaction has done the statements and is not over yet."""
    db.session.commit()
    term_id = term.term_id
    db.session.remove()

    def run() -> Any:
        with app.app_context():
            own = db.session.get_one(Term, term_id)
            return work(Scope(own.organization, own, None))

    with ThreadPoolExecutor(1) as pool, db.engine.connect() as other, db.engine.connect() as onlooker:
        onlooker = onlooker.execution_options(isolation_level="AUTOCOMMIT")  # a transaction sees one moment's activity
        for statement in statements:
            other.execute(statement)
        outcome = pool.submit(run)
        until = time.monotonic() + PATIENCE
        while not outcome.done() and not onlooker.scalar(WAITING) and time.monotonic() < until:
            time.sleep(0.02)
        assert not outcome.done(), "it did not wait"
        other.commit()
        return outcome.result(PATIENCE)


def lock(term: Term) -> sa.Executable:
    """What every writer of the organisation's data does first."""
    own = Organization.organization_id == term.organization_id
    return sa.select(Organization.organization_id).where(own).with_for_update(key_share=True)


def test_a_week_that_two_paint_at_once(committed_app: Flask, term: Term) -> None:
    room, slot = factories.room(term.organization), db.session.scalars(sa.select(TimeSlot)).one()
    room_id, slot_id = room.room_id, slot.time_slot_id
    theirs = sa.insert(Availability).values(room_id=room_id, time_slot_id=slot_id, level=WishLevel.UNAVAILABLE)
    mine = {slot_id: "unavailable"}
    changed = begun_while(
        committed_app, [lock(term), theirs], lambda scope: availability.paint_week(scope, "rooms", room_id, mine), term
    )
    assert changed == 0


def test_what_is_being_referred_to_is_not_deleted(committed_app: Flask, term: Term) -> None:
    group, student = factories.group(term), factories.student(term.organization)
    student_id = student.student_id
    joined = sa.insert(StudentGroupMember).values(student_group_id=group.student_group_id, student_id=student_id)
    with pytest.raises(RecordInUse, match="1 group membership"):
        begun_while(
            committed_app,
            [joined],
            lambda scope: commands.delete_row(scope, find_table("students"), student_id),
            term,
        )
    assert db.session.scalar(sa.select(sa.func.count()).select_from(StudentGroupMember)) == 1


def test_two_groups_that_are_put_below_each_other_at_once(committed_app: Flask, term: Term) -> None:
    above, below = (factories.group(term, code=code).student_group_id for code in "AB")
    theirs = sa.update(StudentGroup).where(StudentGroup.student_group_id == above).values(parent_id=below)

    def mine(scope: Scope) -> Any:
        table = find_table("groups")
        values = queries.form_values(table, queries.find_row(scope, table, below)) | {"parent_id": above}
        return commands.save_row(scope, table, below, values)

    with pytest.raises(RecordRefused, match="needs a correction"):
        begun_while(committed_app, [lock(term), theirs], mine, term)
    assert db.session.get_one(StudentGroup, below).parent_id is None
