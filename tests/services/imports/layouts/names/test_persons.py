"""Persons are found by their names however these are written, and nobody is guessed among several."""

import pytest

from webapp.services.imports.layouts.names.persons import Persons, fold

PERSONS = Persons(
    {
        "A": "Dr. P. V. Singh", "B": "Mr. P. V. Singh", "C": "Dr M. A. Müller", "D": "Dr. M. A. Müller",
        "E": "Prof. R. D'Souza", "F": "Dr Meera Rao", "G": "Prof. K. L. N. Rao", "H": "Dr R. Gonçalves",
        "I": "Ms. T. Ramanujam", "CSE9": "S. Kumar", "J": "Dr अनिल वर्मा",
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("dr p.v.singh", "A"), ("Singh, P. V. (Mr)", "B"), ("R Dsouza", "E"), ("Dr. R. D’Souza", "E"),
        ("M. Rao", "F"), ("Meera  RAO", "F"), ("Dr. K.L.N.Rao, Ph.D", "G"), ("KLN Rao", "G"), ("Goncalves", "H"),
        ("T. Ramanujamm", "I"), ("cse 9", "CSE9"), ("S. Kumar (CSE)", "CSE9"), ("Dr. अनिल वर्मा", "J"),
    ],
)  # fmt: skip
def test_one_clear_match_is_taken(text: str, code: str) -> None:
    assert PERSONS.find(text).code == code


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("PV Singh", {"A", "B"}), ("Prof P. V. Singh", {"A", "B"}), ("Dr. M. A. Müller", {"C", "D"}),
        ("Rao", {"F", "G"}), ("S Kumaar", {"CSE9"}), ("Dr M. A. Mueller", {"C", "D"}),
    ],
)  # fmt: skip
def test_several_or_a_short_word_misspelled_are_asked_about_the_nearest_first(text: str, nearest: set[str]) -> None:
    found = PERSONS.find(text)
    assert found.code is None
    assert {code for code, _ in found.nearest[: len(nearest)]} == nearest


def test_namesakes_are_offered_in_the_order_of_their_spelling() -> None:
    assert PERSONS.find("Dr. M. A. Müller").nearest[0][0] == "D"
    assert PERSONS.find("Dr M. A. Müller").nearest[0][0] == "C"


def test_a_stranger_is_nobody() -> None:
    assert PERSONS.find("X. Unknown") == type(PERSONS.find("X. Unknown"))(None)


def test_vowels_of_other_scripts_are_no_accents() -> None:
    assert fold("वर्मा") != fold("वरम")
