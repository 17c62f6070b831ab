"""Classes are known however an office writes them."""

import pytest

from webapp.services.imports.layouts.names.classes import classes_in, number_of, place_of


@pytest.mark.parametrize(
    ("code", "parent", "split"),
    [
        ("CSE1-A", "CSE1", "section"), ("CSE1", "", ""), ("CSE5-A-E1", "CSE5-A", "elective"),
        ("CSE1-A-B2", "CSE1-A", "lab"), ("CSE1-A T1", "CSE1-A", "tutorial"), ("II CSE A", "II CSE", "section"),
        ("CSE 3A", "CSE 3", "section"), ("CSE-A", "CSE", "section"), ("CSE 3-1", "CSE 3", "section"),
        ("B.Tech CSE Sem 1 Sec A", "B.Tech CSE Sem 1", "section"), ("CSE1-A Batch 1", "CSE1-A", "lab"),
        ("MBA", "", ""), ("CSE-3", "", ""), ("MCA I", "", ""), ("X-A", "", ""), ("A", "", ""),
    ],
)  # fmt: skip
def test_what_stands_above_a_class_follows_from_its_code(code: str, parent: str, split: str) -> None:
    assert (place_of(code).parent, place_of(code).split) == (parent, split)


@pytest.mark.parametrize(
    ("cell", "classes"),
    [
        ("CSE1-A, CSE1-B", ("CSE1-A", "CSE1-B")), ("CSE1-A & B", ("CSE1-A", "CSE1-B")),
        ("CSE1-A/B", ("CSE1-A", "CSE1-B")), ("CSE/3/A", ("CSE/3/A",)), ("II CSE A, B", ("II CSE A", "II CSE B")),
        ("CSE3A+CSE3B", ("CSE3A", "CSE3B")), ("CSE1-A and\nECE1-A", ("CSE1-A", "ECE1-A")),
    ],
)  # fmt: skip
def test_a_cell_of_several_classes_is_taken_apart(cell: str, classes: tuple[str, ...]) -> None:
    assert classes_in(cell) == classes


def test_the_number_of_a_class_is_that_of_its_year_or_semester() -> None:
    numbers = [number_of(code) for code in ("CSE5-A-E1", "III Sem CSE - B", "MCA II", "CSE-A")]
    assert numbers == [5, 3, 2, None]
