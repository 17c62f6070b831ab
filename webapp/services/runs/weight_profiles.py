"""A registrar's own profiles: a name and a weight for each soft rule, kept for further runs."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from webapp.extensions import db
from webapp.models import Term, TermRule, User, WeightProfile
from webapp.services.problem.weights import FIRST_TIMETABLE, VARIANTS, WEIGHED, RuleWeight, with_weight
from webapp.services.schema.wishes import WEIGHT_MAX
from webapp.services.shared import audit, optimistic_lock
from webapp.services.shared.errors import Conflict, Problem
from webapp.services.shared.numbers import whole_number
from webapp.services.shared.rule_defaults import title_of
from webapp.services.shared.scoped import load, rows_of
from webapp.services.shared.words import _

LONGEST_NAME = 60
LONGEST_SHOWN = 40


class ProfileRefused(Problem):
    """A name or weights do not do; ``errors`` says why, by rule, with ``name`` for the name."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(_("The profile was not stored."), list(errors.values()))
        self.errors = dict(errors)


class ProfileChanged(ProfileRefused, Conflict):
    """Somebody else has changed the profile since the form showed it."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(errors)
        self.message = _(
            "Somebody else has changed this meanwhile; nothing was stored. Saving again puts in what stands here."
        )


def profiles_of(user: User) -> Sequence[WeightProfile]:
    """The organisation's own profiles, by name."""
    return db.session.scalars(rows_of(user, WeightProfile).order_by(WeightProfile.name)).all()


def weights_by_name(user: User) -> dict[str, dict[str, int]]:
    """The weights of each of the organisation's own profiles."""
    return {profile.name: dict(profile.weights) for profile in profiles_of(user)}


def rules_to_weigh(profile: WeightProfile | None, term: Term | None) -> list[RuleWeight]:
    """Every rule that can be weighed: at the profile's weight, for a new one at the term's own."""
    known = dict(profile.weights) if profile else _weights_of(term)
    return [with_weight(name, known.get(name, 0)) for name in WEIGHED]


def _weights_of(term: Term | None) -> dict[str, int]:
    if term is None:
        return {}
    query = sa.select(TermRule.rule, TermRule.weight).filter_by(term_id=term.term_id, is_enabled=True, is_hard=False)
    return {rule: weight or 0 for rule, weight in db.session.execute(query)}


def mark_of(profile: WeightProfile) -> str:
    """Mark what a form of the profile shows, for `save` to tell whether it is still so."""
    return optimistic_lock.mark(_values(profile))


def _values(profile: WeightProfile) -> dict[str, Any]:
    return {"name": profile.name, **{rule: profile.weights.get(rule, 0) for rule in WEIGHED}}


def save(
    user: User, profile: WeightProfile | None, name: str, typed: Mapping[str, str], seen: str | None = None
) -> WeightProfile:
    """Store a profile, a new one where none is given.

    ``seen`` is the `mark_of` the profile that was typed over. Raises `ProfileRefused` with what is wrong where,
    `ProfileChanged` where the profile has changed since.
    """
    optimistic_lock.lock(user.organization)
    if profile is not None:
        profile = load(user, WeightProfile, profile.weight_profile_id, fresh=True)
        changed = optimistic_lock.changed_since(seen, _values(profile)) if seen is not None else []
        if changed:
            raise ProfileChanged({key: _changed_to(key, _values(profile)[key]) for key in changed})
    before = {"name": profile.name, "weights": dict(profile.weights)} if profile else None
    name = " ".join(name.split())
    weights, errors = _understood(typed)
    fault = _fault_of_name(user, profile, name)
    if fault:
        errors = {"name": fault, **errors}
    if errors:
        raise ProfileRefused(errors)
    row = profile or WeightProfile(organization_id=user.organization_id)
    row.name, row.weights = name, weights
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        raise ProfileRefused({"name": _taken(name)}) from None
    after = {"name": name, "weights": weights}
    audit.record(user.organization_id, user, "weight_profile.save", row, before=before, after=after)
    return row


def _changed_to(key: str, value: Any) -> str:
    return f"{_('Name') if key == 'name' else title_of(key)}: {optimistic_lock.now(str(value))}"


def delete(user: User, profile: WeightProfile) -> None:
    """Take a profile away; runs that were asked for with it keep their weights."""
    before = {"name": profile.name, "weights": dict(profile.weights)}
    audit.record(user.organization_id, user, "weight_profile.delete", profile, before=before)
    db.session.delete(profile)
    db.session.flush()


def _fault_of_name(user: User, profile: WeightProfile | None, name: str) -> str:
    if not name:
        return _("Give the profile a name.")
    if len(name) > LONGEST_NAME:
        return _("Expected at most %(most)s characters, found %(found)s.", most=LONGEST_NAME, found=len(name))
    if name.casefold() in {known.casefold() for known in VARIANTS}:
        return _("%(name)s is one of the five that Timeloom brings along; choose another name.", name=name)
    if name.casefold() == FIRST_TIMETABLE.casefold():
        return _("A run calls what all its variants begin from %(name)s; choose another name.", name=name)
    others = [other.name.casefold() for other in profiles_of(user) if other is not profile]
    return _taken(name) if name.casefold() in others else ""


def _taken(name: str) -> str:
    return _("There is a profile %(name)s already.", name=name)


def _understood(typed: Mapping[str, str]) -> tuple[dict[str, int], dict[str, str]]:
    """The weights as numbers, and by rule what is wrong with those that are none."""
    weights, errors = {}, {}
    for rule in WEIGHED:
        text = typed.get(rule, "").strip()
        weight = whole_number(text, WEIGHT_MAX)
        if weight is not None:
            weights[rule] = weight
        else:
            errors[rule] = _(
                "%(rule)s: expected a whole number from 0 to %(most)s, found %(found)s.",
                rule=title_of(rule),
                most=WEIGHT_MAX,
                found=text[:LONGEST_SHOWN] or _("nothing"),
            )
    if not errors and not any(weights.values()):
        errors[WEIGHED[0]] = _("Every weight is 0; expected at least one above, else nothing would be improved.")
    return weights, errors


def titles() -> dict[str, str]:
    """The title of each rule that can be weighed."""
    return {rule: title_of(rule) for rule in WEIGHED}
