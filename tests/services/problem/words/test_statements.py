"""Statements: each code that the product uses has words, which are made of names and numbers alone."""

import re
from pathlib import Path

from webapp.engine.words import ShortageCode, WayOutCode
from webapp.services.problem.words.sentences import WayOutWords
from webapp.services.problem.words.statements import SENTENCES, SPECIAL, Statement, some, told
from webapp.services.shared.codec import from_json, to_json

WEBAPP = Path(__file__).parents[4] / "webapp"
BY_VALUE = (
    "has_",
    "no_teacher",
    "nobody_attends",
    "no_class",
    "no_address",
    "no_account",
    "data_rule_",
    "more_",
    "many_",
)
"""Codes that stand in a table or are put together, not in a call."""


def test_every_code_that_is_told_has_words_and_every_word_is_told() -> None:
    texts = [path.read_text(encoding="utf-8") for path in WEBAPP.rglob("*.py")]
    told_there = {code for text in texts for code in re.findall(r'\btold\(\s*"(\w+)"', text)}
    assert told_there <= {*SENTENCES, *SPECIAL}
    named = {code for code in SENTENCES if sum(f'"{code}"' in text for text in texts) > 1}
    left = {code for code in SENTENCES if code not in told_there | named and not code.startswith(BY_VALUE)}
    assert left == set()


def test_a_statement_says_after_its_row_what_it_said_before(app: object) -> None:
    statement = told(
        "rules_at_work",
        sentence=told("same_for_more", first=told("no_slots"), number=2),
        rules=some([told("rule", rule="max_per_week", label="Dr Rao"), told("rule", rule="pinned")], 1),
    )
    words = (
        "The term has no time slots. Add or import them before a timetable can be made. The same holds for 2 more of "
        "its classes. Rules at work: Most per week (Dr Rao) and 1 more."
    )
    assert statement.sentence == words
    assert from_json(Statement, to_json(statement)).sentence == words


def test_one_of_a_thing_is_said_as_one(app: object) -> None:
    said = [told("has_pins", number).sentence for number in (1, 2)]
    assert said == ["1 class is fixed to a time or room", "2 classes are fixed to a time or room"]
    assert told("all_slots", who="G0", asked=1, possible=1).sentence == "G0: 1 slot asked, and no other is possible."
    assert told("all_slots", who="G0", asked=3, possible=3).sentence == "G0: 3 slots asked, all of the 3 possible."
    assert told("idle_groups", number=1, names="B1").sentence == "1 more group has no class: B1."
    short = {"kind": ShortageCode.SLOTS, "name": "Dr Rao", "asked": 1, "possible": 0}
    assert told("shortage", **short).sentence == "Dr Rao: 1 slot asked, 0 possible."


def test_a_way_out_of_a_rule_between_classes_names_these_and_who_teaches_them() -> None:
    about = {"rule": "same_time", "who": "friday", "classes": {"first": ["A, L 1", "B, L 1"], "more": 1}}
    way = WayOutWords(WayOutCode.GIVE_UP.value, about | {"people": {"first": ["Dr Rao"], "more": 0}})
    assert way.sentence == "Give up “Same time” of friday: A, L 1; B, L 1 and 1 more; with Dr Rao."
