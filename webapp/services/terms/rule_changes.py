"""What a file does to the rules of a term, rule by rule in words: what it does not name stays as it is."""

from dataclasses import dataclass

from webapp.services.imports.preview import Preview, RowDifference, RowState
from webapp.services.schema.columns import Record
from webapp.services.schema.values import listed
from webapp.services.schema.wishes import RULES
from webapp.services.shared.rule_defaults import RuleSetting
from webapp.services.shared.words import _, ngettext
from webapp.services.terms.rule_words import about_in_words, rule_title, use_in_words

CHANGING = (RowState.NEW, RowState.CHANGED, RowState.REMOVED)


@dataclass(frozen=True, slots=True)
class RuleUseChange:
    """A rule that a file uses otherwise than the term does, before and after in words."""

    title: str
    before: str
    after: str
    is_switched_off: bool


@dataclass(frozen=True, slots=True)
class RuleChanges:
    """Every rule that a file changes, those that it switches off first, and what becomes of the others in words."""

    changes: tuple[RuleUseChange, ...]
    rest: str


def rule_changes(preview: Preview) -> RuleChanges | None:
    """What a file does to the rules; None where it has none."""
    difference = next((table for table in preview.tables if table.table is RULES), None)
    if difference is None:
        return None
    changes = [_change(row) for row in difference.rows if row.state in CHANGING]
    changes.sort(key=lambda change: not change.is_switched_off)
    same = difference.unnamed + difference.counts[RowState.UNCHANGED]
    rest = ngettext(
        "%(num)d other rule of the term stays as it is.", "%(num)d other rules of the term stay as they are.", same
    )
    return RuleChanges(tuple(changes), rest)


def _change(row: RowDifference) -> RuleUseChange:
    after = None if row.state is RowState.REMOVED else row.record
    was_on, is_on = bool(row.before and row.before["enabled"]), bool(after and after["enabled"])
    title = rule_title(str(row.record["rule"]), str(row.record["code"]))
    before_words = _("not there") if row.before is None else record_in_words(row.before)
    after_words = _("removed") if after is None else record_in_words(after)
    return RuleUseChange(title, before_words, after_words, was_on and not is_on)


def record_in_words(record: Record) -> str:
    """How a record of the table `rules` uses its rule, in words."""
    weight, amount, second = record["weight"], record["amount"], record["second_amount"]
    setting = RuleSetting(
        enabled=bool(record["enabled"]),
        hard=bool(record["hard"]),
        weight=weight if isinstance(weight, int) else None,
        amount=amount if isinstance(amount, int) else None,
        second_amount=second if isinstance(second, int) else None,
    )
    about = [_class_in_words(str(label)) for label in listed(record, "components")]
    about += [str(code) for name in ("faculty", "groups") for code in listed(record, name)]
    about = about_in_words(str(record["rule"]), str(record["code"]), bool(record["everybody"]), about)
    return use_in_words(setting, about, [str(code) for name in ("slots", "rooms") for code in listed(record, name)])


def _class_in_words(label: str) -> str:
    """A component's label in files, "CSE301/A/L", as pages call it: "CSE301 A, L"."""
    course, _slash, rest = label.partition("/")
    section, _slash, component = rest.partition("/")
    return f"{course} {section}, {component}"
