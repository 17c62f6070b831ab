"""How a rule is used, in words: for its page, a file's preview and the audit trail."""

from collections.abc import Sequence

from webapp.services.shared.rule_defaults import ABOUT_CLASSES, RuleSetting, sentence_of_rule, title_of
from webapp.services.shared.words import _, enumerated

MOST_CLASSES = 6
"""So many classes of a rule stand in a sentence; more of them are counted."""


def rule_title(rule: str, code: str) -> str:
    """The title of a rule, with its code where it was added beside the one that every term has."""
    title = title_of(rule)
    return title if code == rule else f"{title} ({code})"


def sentence_about_classes(rule: str) -> str:
    """What a rule asks of the classes that it names; of one that is seldom about classes, what it asks of all."""
    about = ABOUT_CLASSES.get(rule)
    return str(about.sentence) if about is not None else sentence_of_rule(rule)


def use_in_words(setting: RuleSetting, classes: Sequence[str] = ()) -> str:
    """How a term uses a rule, such as "must hold, number 7" or "wish, weight 3; CSE301 A, L and CSE302 A, L"."""
    if not setting.enabled:
        words = [_("off")]
    elif setting.hard:
        words = [_("must hold")]
    else:
        words = [_("wish"), _("weight %(weight)d", weight=setting.weight or 0)]
    if setting.amount is not None:
        words.append(_("number %(amount)d", amount=setting.amount))
    uses = ", ".join(words)
    return _("%(uses)s; %(classes)s", uses=uses, classes=classes_in_words(classes)) if classes else uses


def classes_in_words(classes: Sequence[str]) -> str:
    """The classes of a rule in one line: "CSE301 A, L · CSE302 A, L and 3 more"."""
    shown = " · ".join(classes[:MOST_CLASSES])
    return enumerated([shown], 1, len(classes) - MOST_CLASSES + 1) if len(classes) > MOST_CLASSES else shown
