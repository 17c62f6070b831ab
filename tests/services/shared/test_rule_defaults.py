"""The rules that a term begins with: one home for what always holds and for what is hard by default."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests import factories
from webapp.engine.rules import RULES
from webapp.services.shared import rule_defaults
from webapp.services.shared.rule_defaults import (
    ADDED_RULES,
    ALWAYS_HOLD,
    ITC_2007,
    OWN_TERM,
    RULE_NAMES,
    default_rules,
    title_of,
)

ROOT = Path(__file__).parents[3]
HOME = Path(rule_defaults.__file__)
OTHER_FACTS = (
    "webapp/engine/readers/ctt.py",  # what a published format holds
    "webapp/engine/readers/tim.py",
    "webapp/engine/readers/fet.py",
    "webapp/engine/readers/itc2019.py",
    "webapp/engine/wide/compile.py",  # what a search takes for granted of its instances
    "webapp/services/problem/stored_entries.py",  # what PostgreSQL refuses itself
)


def collections_in(path: Path) -> Iterator[tuple[int, set[str]]]:
    """The lines and the texts of each tuple, list, set and mapping that a module writes out."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        items = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", ())
        yield getattr(node, "lineno", 0), {item.value for item in items if isinstance(item, ast.Constant)}


def test_no_second_list_says_which_rules_always_hold():
    second = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in (ROOT / "webapp").rglob("*.py")
        if path != HOME and str(path.relative_to(ROOT)) not in OTHER_FACTS
        for line, texts in collections_in(path)
        if len(texts & set(ALWAYS_HOLD)) > 1
    ]
    assert second == []


def test_what_always_holds_is_hard_in_every_kind_of_term(app):
    term = factories.term()
    for chosen in (OWN_TERM, ITC_2007, {}):
        uses = {row.rule: (row.is_enabled, row.is_hard) for row in default_rules(term.term_id, chosen)}
        assert list(uses) == list(RULE_NAMES)
        assert {uses[name] for name in ALWAYS_HOLD} == {(True, True)}


def in_words(name: str) -> str:
    """How a new term uses a rule, as the table of the docs says it."""
    setting = OWN_TERM.get(name)
    if name in ALWAYS_HOLD:
        return "always holds"
    if setting is None:
        return "off"
    return ("hard" if setting.hard else f"soft, {setting.weight}") + (f", {setting.amount}" if setting.amount else "")


def test_the_docs_list_every_rule_in_order_and_as_a_new_term_has_it():
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith("| `")] == [
        f"| `{rule.name}` | {rule.title} | {rule.sentence} | {rule.family} | {in_words(rule.name)} | {rule.unit} |"
        for rule in RULES
    ]


def test_the_docs_say_of_every_rule_to_add_whom_it_may_be_about_and_what_its_numbers_are():
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    told = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 6 and cells[1].startswith("`"):
            told[cells[1].strip("`")] = (cells[0], cells[2], cells[4])
    assert told == {
        name: (title_of(name), str(one.classes or one.people), "; ".join(str(n) for n in (one.amount, one.second) if n))
        for name, one in ADDED_RULES.items()
    }
    assert list(told) == list(ADDED_RULES)
