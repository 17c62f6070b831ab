"""The one walk of the tree of student groups: in memory, and in PostgreSQL where thousands of rows are asked for."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests import factories
from webapp.extensions import db
from webapp.models import StudentGroup
from webapp.services.problem.groups import Direction, GroupTree, closure, read_tree

ROOT = Path(__file__).parents[3]
TREE = GroupTree({"year": None, "A": "year", "B": "year", "A1": "A", "A2": "A", "other": None})


def test_a_line_goes_from_a_group_up_to_its_root():
    assert TREE.line("A1") == ["A1", "A", "year"]
    assert (TREE.root("A1"), TREE.root("year")) == ("year", "year")


def test_a_group_is_related_to_all_above_and_below_and_to_no_sister():
    assert TREE.related(["A"]) == {"A", "year", "A1", "A2"}
    assert TREE.with_ancestors(["A1", "other"]) == {"A1", "A", "year", "other"}
    assert TREE.with_descendants(["year"]) == {"year", "A", "B", "A1", "A2"}


@pytest.mark.parametrize(("key", "circle"), [("a", ["a", "b", "a"]), ("b", ["b", "a", "b"]), ("c", []), ("d", [])])
def test_a_circle_is_walked_once_and_told_only_of_who_is_in_it(key, circle):
    tree = GroupTree({"a": "b", "b": "a", "c": "a", "d": None})
    assert tree.circle(key) == circle
    assert tree.with_descendants(["a"]) == {"a", "b", "c"}


def test_postgresql_walks_the_tree_as_memory_does(app):
    term = factories.term(factories.organization())
    year = factories.group(term)
    halves = [factories.group(term, parent=year, split="section") for _ in range(2)]
    batch = factories.group(term, parent=halves[0], split="lab")
    factories.group(term)
    db.session.commit()
    tree = read_tree(term.term_id)
    for group in (year, *halves, batch):
        key = group.student_group_id
        for direction, walk in ((Direction.UP, tree.with_ancestors), (Direction.DOWN, tree.with_descendants)):
            reached = closure(StudentGroup.student_group_id == key, direction)
            rows = db.session.execute(sa.select(reached.c.root_id, reached.c.student_group_id)).all()
            assert {tuple(row) for row in rows} == {(key, other) for other in walk([key])}


def test_only_lists_and_the_tree_itself_ask_postgresql_to_walk_it():
    walks = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "webapp").rglob("*.py"))
        if "recursive=True" in path.read_text(encoding="utf-8")
    ]
    assert walks == ["webapp/services/problem/groups.py", "webapp/services/reference/queries.py"]
