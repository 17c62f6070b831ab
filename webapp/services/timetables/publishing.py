"""From draft to published: which status may follow which, and what is checked before everybody sees it."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2s
from typing import NoReturn

import sqlalchemy as sa

from webapp.engine.solution import Solution
from webapp.extensions import db
from webapp.models import Term, Timetable, TimetableEntry, User
from webapp.services.problem.choice_counts import ChoiceCounts
from webapp.services.problem.data_changes import changed_since
from webapp.services.problem.results import reason_in_words
from webapp.services.problem.solutions import content_hash, hard_violations
from webapp.services.problem.stored_entries import StoredEntry, entries_of, solution_of
from webapp.services.problem.term_problem import TermProblem, build_problem
from webapp.services.problem.words.reasons import sentence_of
from webapp.services.shared import audit
from webapp.services.shared.errors import Conflict, NotFound, Problem
from webapp.services.shared.words import _, first_of, ngettext
from webapp.services.timetables import lifecycle
from webapp.services.timetables.lifecycle import DRAFT, PUBLISHED, SUPERSEDED, StatusRefused
from webapp.services.timetables.quality import cut_words
from webapp.services.timetables.reviews import ReviewState, comments_of, department_reviews

MOST_FINDINGS = 20


class TimetableUnknown(NotFound):
    """The organisation has no such timetable."""


class HasUnplaced(Problem):
    """Meetings have no place, so the timetable can't be published."""


class DataChanged(Conflict):
    """The term's rows say otherwise than the timetable that was made from them."""


class BreaksHardRules(Problem):
    """Hard rules are broken, so the timetable can't be published."""


class NotAcknowledged(Conflict):
    """Something speaks against the timetable that nobody has acknowledged; the findings name each."""


class PreviewStale(Conflict):
    """What is to be published, or what it takes the place of, is not what the page showed."""


class PointKind(StrEnum):
    """What may speak against publishing and can be acknowledged."""

    VIOLATION = "violation"
    COMMENT = "comment"
    APPROVAL = "approval"
    CUT = "cut"


@dataclass(frozen=True)
class Point:
    """One thing to acknowledge by name; its key is another one as soon as it says something else.

    ``facts`` say the same without words, for the audit trail.
    """

    key: str
    kind: PointKind
    sentence: str
    facts: Mapping[str, object]
    entry_id: int | None = None


@dataclass(frozen=True)
class Readiness:
    """What stands against publishing today: a refusal that nothing excuses, or points to acknowledge."""

    points: tuple[Point, ...] = ()
    refusal: Problem | None = None
    acknowledged: frozenset[str] = frozenset()
    """Keys that were acknowledged when the timetable was published before."""

    def open_points(self, acknowledged: Container[str] = ()) -> list[Point]:
        """The points that neither this publishing nor an earlier one has acknowledged."""
        return [point for point in self.points if point.key not in acknowledged and point.key not in self.acknowledged]


@dataclass(frozen=True)
class Seen:
    """What a reader had before them when they decided: the timetable's revision, and what it takes the place of."""

    revision: int
    replaces: int | None


def latest_named(term: Term, name: str) -> Timetable:
    """The newest timetable of a term with a name; raises `TimetableUnknown`."""
    query = sa.select(Timetable).filter_by(term_id=term.term_id)
    newest = query.order_by(Timetable.timetable_id.desc())
    timetable = db.session.scalars(newest.where(sa.func.lower(Timetable.variant_name) == name.lower()).limit(1)).first()
    if timetable is None:
        names = db.session.scalars(sa.select(Timetable.variant_name).filter_by(term_id=term.term_id).distinct())
        there = ", ".join(sorted(names)) or _("none")
        raise TimetableUnknown(_("There is no timetable %(name)s; there are: %(there)s.", name=name, there=there))
    return timetable


def version_before(term: Term) -> Timetable | None:
    """The version that everybody saw before the published one, to bring it back."""
    query = sa.select(Timetable).filter_by(term_id=term.term_id, status=SUPERSEDED)
    return db.session.scalars(query.order_by(Timetable.published_at.desc().nulls_last()).limit(1)).first()


def readiness(timetable: Timetable) -> Readiness:
    """Check what speaks against publishing a timetable, counted by the truth against the term as it is today."""
    try:
        return _ready(timetable)[0]
    except Problem as refusal:
        return Readiness(refusal=refusal)


def publish(
    user: User | None, timetable: Timetable, acknowledged: Container[str] = (), seen: Seen | None = None
) -> Timetable:
    """Show a timetable to everybody in the place of the one before.

    It is checked again by the truth against the term as it is today. Raises `AlreadyPublished` (the second of two
    clicks), `StatusRefused`, `PreviewStale`, `HasUnplaced`, `DataChanged`, `BreaksHardRules` or `NotAcknowledged`, with
    the single reasons as findings.
    """
    keys = sa.select(Timetable.timetable_id).filter_by(term_id=timetable.term_id)
    of_term = lifecycle.lock_all(db.session.scalars(keys))
    lifecycle.refuse_unless(timetable, PUBLISHED)
    earlier = next((other for other in of_term if other.status is PUBLISHED), None)
    _refuse_unless_seen(timetable, earlier, seen)
    ready, checked_hash = _ready(timetable)
    if missing := ready.open_points(acknowledged):
        _refuse_points(missing)
    if earlier is not None:
        lifecycle.change(user, earlier, SUPERSEDED, after={"superseded_by": timetable.timetable_id})
        db.session.flush()  # one published timetable a term is a constraint, so the old one goes first
    before = {"number": timetable.number}
    if timetable.number is None:
        timetable.number = 1 + max((other.number or 0 for other in of_term), default=0)
    timetable.content_hash = checked_hash
    timetable.published_at = sa.func.now()
    timetable.published_by_id = user.user_id if user else None
    after = {
        "number": timetable.number,
        "hash": timetable.content_hash,
        "supersedes": earlier.timetable_id if earlier else None,
        "acknowledged": {point.key: dict(point.facts) for point in ready.points},
    }
    lifecycle.change(user, timetable, PUBLISHED, before=before, after=after)
    db.session.flush()
    return timetable


def unpublish(user: User | None, timetable: Timetable) -> Timetable:
    """Take a published timetable back to draft; nobody but the registrar sees the term then.

    Raises `StatusRefused`.
    """
    lifecycle.lock(timetable)
    if timetable.status is not PUBLISHED:
        names = {"name": timetable.variant_name, "status": timetable.status.value}
        raise StatusRefused(_("%(name)s is %(status)s, so there is nothing to take back.", **names))
    lifecycle.change(user, timetable, DRAFT)
    return timetable


def _refuse_unless_seen(timetable: Timetable, earlier: Timetable | None, seen: Seen | None) -> None:
    if seen is None:
        return
    if seen.revision != timetable.revision:
        words = _(
            "%(name)s has changed since the page was shown, so it was not published. Look again.",
            name=timetable.variant_name,
        )
        raise PreviewStale(words)
    if seen.replaces == (earlier.timetable_id if earlier else None):
        return
    if earlier is None:
        raise PreviewStale(_("The published timetable was withdrawn since the page was shown. Look again."))
    raise PreviewStale(
        _("Version %(number)s (%(name)s) was published since the page was shown, so nothing was published now. "
          "Look again at what would change.", number=earlier.number, name=earlier.variant_name)
    )  # fmt: skip


def _refuse_points(missing: list[Point]) -> NoReturn:
    words = ngettext(
        "%(num)d point is not acknowledged, so nothing was published.",
        "%(num)d points are not acknowledged, so nothing was published.",
        len(missing),
    )
    raise NotAcknowledged(words, first_of([point.sentence for point in missing], MOST_FINDINGS))


def _ready(timetable: Timetable) -> tuple[Readiness, str]:
    """The points to acknowledge, and the hash of what was checked; raises what `publish` says of the check."""
    problem = build_problem(timetable.term)
    entries = entries_of(problem, timetable.timetable_id)
    solution = solution_of(problem, entries)
    if solution.unplaced:
        labels = [problem.rows[index].label for index in solution.unplaced]
        findings = _with_reasons(timetable, labels)
        words = ngettext("%(num)d class has no place yet.", "%(num)d classes have no place yet.", len(labels))
        raise HasUnplaced(words, first_of(findings, MOST_FINDINGS))
    if changed := changed_since(problem, timetable.timetable_id):
        words = ngettext(
            "The term's data has changed in %(num)d place since it was made.",
            "The term's data has changed in %(num)d places since it was made.",
            len(changed),
        )
        raise DataChanged(words, first_of([change.sentence for change in changed], MOST_FINDINGS))
    points = [
        *_excused_violations(timetable, problem, solution, entries),
        *_comment_points(timetable),
        *_approval_points(timetable),
        *_cut_points(timetable),
    ]
    return Readiness(tuple(points), None, _acknowledged_before(timetable)), content_hash(problem, solution)


def _excused_violations(
    timetable: Timetable, problem: TermProblem, solution: Solution, entries: Mapping[int, StoredEntry]
) -> list[Point]:
    """The hard rules that a reason excuses; raises `BreaksHardRules` with those that none does."""
    findings, points = [], []
    for violation in ChoiceCounts(problem).once(hard_violations(problem, solution)):
        concerned = (entries[index] for index in violation.meetings if index in entries)
        overrides = ((entry.entry_id, override) for entry in concerned if (override := entry.state.override))
        excuse = next((pair for pair in overrides if pair[1].excuses(violation.rule)), None)
        if excuse is None:
            findings.append(violation.sentence)
        else:
            points.append(
                _excused(violation.rule, violation.sentence, excuse[0], reason_in_words(timetable, excuse[1].reason))
            )
    if findings:
        words = ngettext(
            "%(num)d rule that must hold is broken.", "%(num)d rules that must hold are broken.", len(findings)
        )
        raise BreaksHardRules(words, first_of(findings, MOST_FINDINGS))
    return points


def _excused(rule: str, sentence: str, entry_id: int, reason: str) -> Point:
    digest = blake2s(f"{rule} {sentence} {reason}".encode(), digest_size=6).hexdigest()
    words = _("%(sentence)s The reason given: %(reason)s", sentence=sentence, reason=reason)
    facts = {"rule": rule, "entry_id": entry_id, "reason": reason}
    return Point(f"{PointKind.VIOLATION}-{digest}", PointKind.VIOLATION, words, facts, entry_id)


def _comment_points(timetable: Timetable) -> Iterator[Point]:
    for comment in comments_of(timetable, only_open=True):
        if comment.by_registrar:
            continue
        about = _(" on %(label)s", label=comment.label) if comment.label else ""
        words = _(
            "%(who)s%(about)s: %(body)s", who=comment.department or comment.author, about=about, body=comment.body
        )
        key = f"{PointKind.COMMENT}-{comment.timetable_comment_id}"
        yield Point(key, PointKind.COMMENT, words, {"comment": comment.timetable_comment_id}, comment.entry_id)


def _approval_points(timetable: Timetable) -> Iterator[Point]:
    for review in department_reviews(timetable):
        if review.state is ReviewState.APPROVED:
            continue
        words = _("%(name)s (%(code)s) has not approved it.", name=review.name, code=review.code)
        if review.is_outdated:
            words = _(
                "%(name)s (%(code)s) approved an earlier state, not this one.", name=review.name, code=review.code
            )
        facts = {"department": review.code, "approved_earlier_state": review.is_outdated}
        yield Point(f"{PointKind.APPROVAL}-{review.department_id}", PointKind.APPROVAL, words, facts)


def _cut_points(timetable: Timetable) -> Iterator[Point]:
    """What nobody has looked at anew: classes whose rows were deleted after it was made."""
    number = timetable.cut_classes
    if number:
        yield Point(f"{PointKind.CUT}-{number}", PointKind.CUT, cut_words(timetable), {"classes": number})


def _acknowledged_before(timetable: Timetable) -> frozenset[str]:
    """The keys that were acknowledged whenever this very timetable was published before."""
    events = audit.noted(timetable, "timetable.publish")
    return frozenset(key for after in events for key in after.get("acknowledged") or ())


def _with_reasons(timetable: Timetable, labels: list[str]) -> list[str]:
    query = sa.select(TimetableEntry.unplaced_reason).where(
        TimetableEntry.timetable_id == timetable.timetable_id, TimetableEntry.unplaced_reason.is_not(None)
    )
    reasons = sorted({sentence_of(reason) for reason in db.session.scalars(query.limit(MOST_FINDINGS))})
    return [_("Without a place: %(label)s.", label=label) for label in labels] + reasons
