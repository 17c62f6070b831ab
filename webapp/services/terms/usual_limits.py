"""The usual limits of a day and of a row, which are so many hours, in the slots of a term that are no hours."""

from collections.abc import Container, Iterator
from contextlib import contextmanager
from statistics import median

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Term, TermRule, TimeSlot, User
from webapp.services.problem.calendar import minutes
from webapp.services.shared import audit
from webapp.services.shared.rule_defaults import OWN_TERM

HOUR = 60
COUNTED_IN_SLOTS = ("max_per_day", "max_in_row")


def slots_an_hour(term: Term) -> int:
    """How many of the term's usual slots make an hour: 1 of 40 minutes or more, 2 of half an hour, 12 of five minutes.

    1 also where there are none yet.
    """
    query = sa.select(TimeSlot.start_time, TimeSlot.end_time).filter_by(term_id=term.term_id)
    lengths = [minutes(end) - minutes(start) for start, end in db.session.execute(query)]
    return max(1, round(HOUR / median(lengths))) if lengths else 1


@contextmanager
def follows_the_slots(term: Term, actor: User | None, set_otherwise: Container[str] = ()) -> Iterator[None]:
    """Let limits that are the usual ones stay so many hours, whatever slots a change gives the term.

    A limit that somebody has set otherwise stays as it is, and so do those whose codes ``set_otherwise`` has.
    """
    before = slots_an_hour(term)
    yield
    db.session.flush()
    after = slots_an_hour(term)
    if before == after:
        return
    query = sa.select(TermRule).where(TermRule.term_id == term.term_id, TermRule.rule.in_(COUNTED_IN_SLOTS))
    for row in db.session.scalars(query):
        usual = OWN_TERM[row.rule].amount
        if row.code != row.rule or row.code in set_otherwise or usual is None or row.amount != usual * before:
            continue
        row.amount = usual * after
        said = {"code": row.code, "amount": usual * before}
        audit.record(term.organization, actor, "rule.edit", row, before=said, after=said | {"amount": row.amount})
    db.session.flush()
