"""No student has two meetings at a time."""

from tests.engine.rules.cases import EXCHANGE, RAO, at, count, meeting, sentences


def test_a_pair_counts_every_student_of_the_set():
    assert count("student_clash", [at(0, 0), at(0, 0)]) == 7


def test_three_at_once_are_three_pairs_of_seven():
    assert count("student_clash", [at(0, 0, length=3), at(0, 1, length=2), at(0, 2)]) == 21


def test_others_than_students_do_not_count():
    both = [meeting("A", resources=(RAO, EXCHANGE)), meeting("B", resources=(RAO,))]
    assert count("student_clash", [at(0, 0), at(0, 0)], both) == 0


def test_the_sentence_has_the_number_of_students():
    assert sentences("student_clash", [at(0, 0), at(0, 0)]) == [
        "Exchange students: 7 clashes of a student, M1 and M2 overlap at day 1, slot 1."
    ]
