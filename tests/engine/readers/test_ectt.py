"""`.ectt` files: as `.ctt`, with rooms that do not suit a course left out of its possible rooms."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.engine.domains import Domains
from webapp.engine.readers import ReadError, read

TEXT = """Name: Tiny
Courses: 2
Rooms: 2
Days: 2
Periods_per_day: 3
Curricula: 1
Min_Max_Daily_Lectures: 1 3
UnavailabilityConstraints: 1
RoomConstraints: 1

COURSES:
c1 t1 2 2 30 1
c2 t2 1 1 10 0

ROOMS:
A 20 0
B 40 1

CURRICULA:
q1 2 c1 c2

UNAVAILABILITY_CONSTRAINTS:
c1 0 2

ROOM_CONSTRAINTS:
c1 A

END.
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "tiny.ectt"
    path.write_text(text, encoding="utf-8")
    return path


def test_rooms_that_do_not_suit_are_no_options_and_unavailable_times_are_hard(tmp_path: Path) -> None:
    instance = read(written(tmp_path, TEXT))
    assert [[instance.rooms[o.room].code for o in m.rooms] for m in instance.meetings] == [["B"], ["B"], ["A", "B"]]
    domains = Domains(instance)
    assert [len(domains.times(m)) for m in range(3)] == [5, 5, 6]
    assert any(c.rule.name == "suitable_room" and c.hard for c in instance.constraints)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("c1 A\n", "c9 A\n", "line 26: found unknown course c9"),
        ("c1 A\n", "c1 Z\n", "line 26: found unknown room Z"),
        ("c1 A\n", "", "found 1 room_constraints announced"),
        ("c1 0 2\n", "c1 0 3\n", "line 23: found '3', expected period as a whole number from 0 to 2"),
        ("c1 t1 2 2 30 1", "c1 t1 2 2 30 7", "line 12: found '7', expected double lectures"),
        ("RoomConstraints: 1\n", "", "no header line 'roomconstraints'"),
        ("END.", "", "expected END."),
    ],
)
def test_a_malformed_file_is_refused_with_line_and_reason(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in TEXT
    with pytest.raises(ReadError) as refusal:
        read(written(tmp_path, TEXT.replace(old, new)))
    assert said in str(refusal.value)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_and_nothing_else(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = TEXT.split("\n")
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        junk = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
        lines[at] = data.draw(junk | st.sampled_from(lines))
    path = tmp_path_factory.getbasetemp() / "fuzz.ectt"
    path.write_text("\n".join(lines), encoding="utf-8")
    try:
        told = [m.code for m in read(path).meetings]
    except ReadError as refusal:
        told = [str(refusal)]
    assert all("#" in text or "expected" in text for text in told)
