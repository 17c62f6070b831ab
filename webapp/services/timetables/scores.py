"""Comparing what a run has made: variants and their scores by rule. `violations` has what each counts, one by one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from webapp.engine.profiles import PROFILES
from webapp.engine.rules import rule_named
from webapp.extensions import db
from webapp.models import GenerationJob, Term, Timetable, TimetableScore, TimetableStatus, User
from webapp.services.shared.words import _
from webapp.services.timetables.diff import NotOfOneTerm
from webapp.services.timetables.publishing import TimetableUnknown
from webapp.services.timetables.quality import ScoreStanding, standing_of


@dataclass(frozen=True)
class RuleScore:
    """How a timetable does by one rule, on the one yardstick: the term's own weights."""

    rule: str
    title: str
    sentence: str
    is_hard: bool
    count: int
    cost: int
    amount: str
    """The count with its unit, such as "2 free slots"."""


@dataclass(frozen=True)
class Variant:
    """A timetable with its scores."""

    timetable: Timetable
    scores: tuple[RuleScore, ...]

    @property
    def standing(self) -> ScoreStanding:
        """What its quality score is worth."""
        return standing_of(self.timetable)

    @property
    def by_rule(self) -> dict[str, RuleScore]:
        """The scores by rule."""
        return {score.rule: score for score in self.scores}

    @property
    def unmet(self) -> list[RuleScore]:
        """The wishes that cost something."""
        return [score for score in self.scores if score.cost and not score.is_hard]

    @property
    def counting(self) -> list[RuleScore]:
        """The rules that count something."""
        return [score for score in self.scores if score.count]

    @property
    def met(self) -> list[RuleScore]:
        """The rules that count nothing."""
        return [score for score in self.scores if not score.count]


@dataclass(frozen=True)
class Criterion:
    """One rule across several variants: a row of the comparison."""

    rule: str
    title: str
    sentence: str
    is_hard: bool
    counts: tuple[int, ...]
    costs: tuple[int, ...]
    complete: tuple[bool, ...] = ()
    """Which of the variants have every class placed: what counts few for want of classes is not the best."""

    @property
    def best(self) -> int:
        """The smallest count among the complete variants, or among all where none is complete."""
        of_complete = [count for count, whole in zip(self.counts, self.complete, strict=False) if whole]
        return min(of_complete or self.counts, default=0)

    @property
    def differs(self) -> bool:
        """Whether the variants can be told apart by this rule."""
        return len(set(self.counts)) > 1


def sentences_of_variants() -> dict[str, str]:
    """The sentence on what each variant puts first, by its name."""
    return {profile.name: profile.sentence for profile in PROFILES}


def variants_of(job: GenerationJob) -> list[Variant]:
    """The variants that a run has stored, in the order in which it made them; two queries."""
    query = sa.select(Timetable).filter_by(generation_job_id=job.job_id).order_by(Timetable.timetable_id)
    return _with_scores(db.session.scalars(query).all())


def timetables_of(term: Term) -> list[Variant]:
    """All timetables of a term, the published one first, then the complete ones, newest first of each; two queries."""
    query = sa.select(Timetable).filter_by(term_id=term.term_id).order_by(Timetable.timetable_id.desc())
    timetables = db.session.scalars(query).all()
    is_published = TimetableStatus.PUBLISHED
    return _with_scores(
        sorted(timetables, key=lambda one: (one.status is not is_published, not standing_of(one).is_complete))
    )


def side_by_side(user: User, keys: Sequence[int]) -> list[Variant]:
    """These timetables of the user's organisation, which must be of one term, newest last; two queries.

    Raises `TimetableUnknown` where one is not there, and `NotOfOneTerm`.
    """
    query = sa.select(Timetable).filter_by(organization_id=user.organization_id)
    query = query.where(Timetable.timetable_id.in_(keys)).order_by(Timetable.timetable_id)
    timetables = db.session.scalars(query).all()
    if missing := set(keys) - {timetable.timetable_id for timetable in timetables}:
        raise TimetableUnknown(_("There is no timetable %(number)s.", number=min(missing)))
    if len({timetable.term_id for timetable in timetables}) > 1:
        raise NotOfOneTerm(_("Only timetables of one term can be compared."))
    return _with_scores(timetables)


def latest_variants(term: Term) -> list[Variant]:
    """The variants of the term's latest run that has stored any; else all timetables that there are."""
    query = sa.select(Timetable.generation_job_id).filter_by(term_id=term.term_id)
    query = query.where(Timetable.generation_job_id.is_not(None)).order_by(Timetable.timetable_id.desc()).limit(1)
    job_id = db.session.scalar(query)
    made = sa.select(Timetable).filter_by(term_id=term.term_id)
    if job_id is not None:
        made = made.filter_by(generation_job_id=job_id)
    return _with_scores(db.session.scalars(made.order_by(Timetable.timetable_id)).all())


def named(timetable: Timetable) -> str:
    """The name that tells a timetable from its namesakes of other runs: "Balanced, version 2" or "Balanced, no. 14"."""
    if timetable.number is not None:
        return _("%(name)s, version %(number)s", name=timetable.variant_name, number=timetable.number)
    return _("%(name)s, no. %(number)s", name=timetable.variant_name, number=timetable.timetable_id)


def names_among(variants: Sequence[Variant]) -> list[str]:
    """The name of each beside the others: by its name alone where no other has the same."""
    used = Counter(variant.timetable.variant_name for variant in variants)
    return [
        variant.timetable.variant_name if used[variant.timetable.variant_name] == 1 else named(variant.timetable)
        for variant in variants
    ]


def twins_among(timetables: Iterable[Timetable]) -> dict[int, str]:
    """By key, of each variant that is the same timetable as an earlier one of its run: the name of that one.

    A search that finds nothing better for its own weights leaves two names for one timetable.
    """
    first: dict[tuple[str, str], str] = {}
    twins = {}
    for timetable in sorted(timetables, key=lambda one: one.timetable_id):
        if timetable.generation_job_id is None or not timetable.content_hash:
            continue
        content = timetable.generation_job_id, timetable.content_hash
        if content in first:
            twins[timetable.timetable_id] = first[content]
        else:
            first[content] = timetable.variant_name
    return twins


def variant_of(timetable: Timetable) -> Variant:
    """One timetable with its scores."""
    return _with_scores([timetable])[0]


def _with_scores(timetables: Sequence[Timetable]) -> list[Variant]:
    keys = [timetable.timetable_id for timetable in timetables]
    query = sa.select(TimetableScore).where(TimetableScore.timetable_id.in_(keys)).order_by(TimetableScore.position)
    scores: dict[int, list[RuleScore]] = {key: [] for key in keys}
    for row in db.session.scalars(query):
        rule = rule_named(row.rule)
        scores[row.timetable_id].append(
            RuleScore(
                rule=row.rule,
                title=rule.title,
                sentence=rule.sentence,
                is_hard=row.is_hard,
                count=row.count,
                cost=row.cost,
                amount=rule.amount_in_words(row.count),
            )
        )
    return [Variant(timetable, tuple(scores[timetable.timetable_id])) for timetable in timetables]


def criteria(variants: Sequence[Variant]) -> list[Criterion]:
    """The comparison table: one row for each rule that any variant counts, one column for each variant."""
    known = {score.rule: score for variant in variants for score in variant.scores}
    rows = []
    for rule, score in known.items():
        of_rule = [variant.by_rule.get(rule) for variant in variants]
        rows.append(
            Criterion(
                rule=rule,
                title=score.title,
                sentence=score.sentence,
                is_hard=score.is_hard,
                counts=tuple(score_of.count if score_of else 0 for score_of in of_rule),
                costs=tuple(score_of.cost if score_of else 0 for score_of in of_rule),
                complete=tuple(variant.standing.is_complete for variant in variants),
            )
        )
    return rows


def best_of(variants: Sequence[Variant]) -> Variant | None:
    """The variant that ranks highest: of the highest quality among the complete ones, the oldest of equal ones."""
    return max(variants, key=lambda variant: (variant.standing.rank, -variant.timetable.timetable_id), default=None)
