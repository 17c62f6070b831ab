"""What a run would do with its time and with the classes, said before it begins and while it goes on."""

from collections.abc import Mapping

from flask_babel import ngettext

from webapp.extensions import db
from webapp.flow.bridge import TermProblem
from webapp.flow.choices import Choices, checked, hold
from webapp.flow.words import _
from webapp.models import GenerationJob, Term, Timetable

SCHEDULING_SHARE = 0.35
"""The most of a run's time that the first timetable may take; the variants share what is left."""
SAVING_SHARE = 0.03


def seconds_per_variant(seconds: int, variants: int) -> int:
    """What each variant gets of a run's time at least."""
    return round((1 - SCHEDULING_SHARE - SAVING_SHARE) * seconds / max(1, variants))


def plan(problem: TermProblem | None, term: Term, choices: Choices, seconds: int, variants: int) -> list[str]:
    """What a run of these choices would do; raises `ChoiceRefused` where they do not fit together."""
    checked(term, choices)
    told = [in_time(seconds, variants)] if variants else []
    if problem is not None:
        told += held_in_words(hold(problem, choices).told(), choices)
    return told


def in_time(seconds: int, variants: int) -> str:
    """How a run's time is shared out."""
    return _(
        "%(seconds)s s in all: %(first)s s at most for a first timetable, %(each)s s at least for each of %(number)s.",
        seconds=seconds,
        first=round(SCHEDULING_SHARE * seconds),
        each=seconds_per_variant(seconds, variants),
        number=_("1 variant") if variants == 1 else _("%(number)s variants", number=variants),
    )


def held_of(job: GenerationJob) -> list[str]:
    """What a run holds to, as sentences; nothing until its worker has counted."""
    held = job.facts.get("held")
    choices = Choices.of(job.options)
    return held_in_words(held, choices) if held and choices.base_id is not None else []


def held_in_words(held: Mapping[str, int], choices: Choices) -> list[str]:
    """What stays where it stands, in numbers."""
    if choices.base_id is None:
        return [_anew(held["free"])]
    base = db.session.get(Timetable, choices.base_id)
    name = base.variant_name if base else "?"
    told = []
    if choices.departments:
        told.append(
            ngettext(
                "Frozen: %(num)d class of other departments keeps time and room of %(base)s (no. %(number)s).",
                "Frozen: %(num)d classes of other departments keep time and room of %(base)s (no. %(number)s).",
                held["frozen"],
                base=name,
                number=choices.base_id,
            )
        )
    if held["tray"]:
        told.append(
            ngettext(
                "%(num)d class of other departments has no place there and stays in the tray.",
                "%(num)d classes of other departments have no place there and stay in the tray.",
                held["tray"],
            )
        )
    if choices.keep_locks:
        told.append(
            ngettext(
                "Locked: %(num)d class to be placed keeps what is locked of its time and room.",
                "Locked: %(num)d classes to be placed keep what is locked of their time and room.",
                held["locked"],
            )
        )
    told.append(_anew(held["free"] - held["locked"]))
    if choices.close:
        told.append(_closeness_in_words(choices.close, name, choices.base_id))
    return told


def _anew(classes: int) -> str:
    return str(ngettext("Free: %(num)d class is placed anew.", "Free: %(num)d classes are placed anew.", classes))


def _closeness_in_words(close: str, base: str, number: int) -> str:
    if close == "little":
        return _("A class that moves away from %(base)s (no. %(number)s) costs as much as the heaviest wish.",
                 base=base, number=number)  # fmt: skip
    return _("A class that moves away from %(base)s (no. %(number)s) costs ten times the heaviest wish.",
             base=base, number=number)  # fmt: skip
