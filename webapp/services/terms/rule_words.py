"""How a rule is used, in words: for its page, a file's preview and the audit trail."""

from collections.abc import Sequence

from webapp.services.shared.rule_defaults import ADDED_RULES, RuleSetting, is_of_nobody, sentence_of_rule, title_of
from webapp.services.shared.words import _, enumerated

MOST_CLASSES = 6
"""So many classes of a rule stand in a sentence; more of them are counted."""


def rule_title(rule: str, code: str) -> str:
    """The title of a rule, with what tells it from the one that every term has where it was added beside that."""
    title, called = title_of(rule), label_of_code(rule, code)
    return f"{title} ({called})" if called else title


def label_of_code(rule: str, code: str) -> str:
    """What a rule's code adds to its title: a name of its own, or the number of a code that was made up for it."""
    if code == rule:
        return ""
    number = code.removeprefix(f"{rule}-")
    return number if number.isdecimal() else code


def sentence_of_added(rule: str, *, is_of_people: bool = False) -> str:
    """What a rule asks of the classes or people that it is about; of one that is seldom added, what it asks of all."""
    added = ADDED_RULES.get(rule)
    if added is None:
        return sentence_of_rule(rule)
    return str(added.people if (is_of_people and added.people) or not added.classes else added.classes)


def numbers_in_words(rule: str, setting: RuleSetting) -> list[str]:
    """A rule's numbers with what they are, such as "On at most so many days: 3"."""
    added = ADDED_RULES.get(rule)
    labels = (_("Number"), _("Second number")) if added is None else (added.amount, added.second)
    numbers = zip(labels, (setting.amount, setting.second_amount), strict=True)
    return [f"{label or _('Number')}: {number}" for label, number in numbers if number is not None]


def use_in_words(setting: RuleSetting, about: Sequence[str] = (), places: Sequence[str] = ()) -> str:
    """How a term uses a rule, such as "must hold, number 7" or "wish, weight 3; CSE301 A, L and CSE302 A, L".

    ``about`` whom, and at which slots or in which ``places``.
    """
    if not setting.enabled:
        words = [_("off")]
    elif setting.hard:
        words = [_("must hold")]
    else:
        words = [_("wish"), _("weight %(weight)d", weight=setting.weight or 0)]
    if setting.amount is not None:
        words.append(_("number %(amount)d", amount=setting.amount))
    if setting.second_amount is not None:
        words.append(_("second number %(amount)d", amount=setting.second_amount))
    uses = ", ".join(words)
    for named in (about, places):
        uses = _("%(uses)s; %(classes)s", uses=uses, classes=classes_in_words(named)) if named else uses
    return uses


def about_in_words(rule: str, code: str, is_of_all: bool, named: Sequence[str]) -> list[str]:
    """Whom a rule is about: those it names, else nobody, or everybody; nothing of one that every term has."""
    if is_of_nobody(rule, code, is_of_all, names_some=bool(named)):
        return [_("nobody")]
    return list(named) or ([_("everybody")] if code != rule else [])


def classes_in_words(classes: Sequence[str]) -> str:
    """The classes of a rule in one line: "CSE301 A, L · CSE302 A, L and 3 more"."""
    shown = " · ".join(classes[:MOST_CLASSES])
    return enumerated([shown], 1, len(classes) - MOST_CLASSES + 1) if len(classes) > MOST_CLASSES else shown
