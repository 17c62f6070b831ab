"""The rules' table of contents: complete, in order, and each with a sentence, a file and tests."""

import pickle
from copy import deepcopy
from pathlib import Path

import pytest

import webapp.engine.rules as package
from webapp.engine.profiles import PROFILES
from webapp.engine.rules import RULES, STUDENT_RULES, rule_named

HELPERS = {"__init__", "dates", "family", "operations", "patterns"}


def test_every_file_of_the_folder_is_a_rule_of_the_table():
    files = {path.stem for path in Path(package.__path__[0]).glob("*.py")} - HELPERS
    assert files == {rule.name for rule in (*RULES, *STUDENT_RULES)}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_is_named_after_its_file_and_class_and_says_one_sentence(rule):
    assert type(rule).__module__.rpartition(".")[2] == rule.name
    assert type(rule).__name__ == rule.name.title().replace("_", "")
    assert rule.sentence.endswith(".")
    assert rule.sentence.count(".") == 1
    assert rule.title


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_has_a_test_file(rule):
    assert (Path(__file__).parent / f"test_{rule.name}.py").exists()


def test_names_are_unique_and_find_their_rule():
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert rule_named("room_clash").name == "room_clash"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_made_again_copied_or_pickled_is_the_same_rule(rule):
    assert type(rule)() is rule
    assert deepcopy(rule) is rule
    assert pickle.loads(pickle.dumps(rule)) is rule  # noqa: S301  # our own bytes


def test_an_unknown_rule_is_refused_with_the_names_of_the_known():
    with pytest.raises(ValueError, match="no rule 'lunch'; there are all_placed, room_clash"):
        rule_named("lunch")


DOCS = Path(__file__).parents[3] / "docs" / "rules.md"


def test_the_docs_list_every_family_and_every_profile_with_its_sentence():
    text = DOCS.read_text(encoding="utf-8")
    assert all(f"| {rule.family} | " in text for rule in RULES)
    assert all(f"| {profile.name} | {profile.sentence} |" in text for profile in PROFILES)
