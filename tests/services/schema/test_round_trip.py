"""What a form stores an export brings back, and an import of that export changes nothing: for every table.

Values are drawn from what the declarations allow, with the extremes of every bound, names in any script, and what may
be empty left empty.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories
from webapp.extensions import db
from webapp.models import Component, StudentGroup, Term, VocabularyWord
from webapp.services.imports import exports, uploads
from webapp.services.imports.formats.books import read_book
from webapp.services.imports.formats.files import read_upload
from webapp.services.imports.layouts.convert import convert
from webapp.services.imports.layouts.guess import guess
from webapp.services.imports.layouts.known import Known
from webapp.services.imports.stored import Store
from webapp.services.reference.commands import save_row
from webapp.services.reference.errors import RecordRefused
from webapp.services.reference.queries import form_values, options_of, rows_in_scope
from webapp.services.schema.columns import Column, Kind, Table
from webapp.services.schema.courses import COMPONENTS
from webapp.services.schema.scope import Scope
from webapp.services.schema.tables import BY_NAME, WITH_PAGES, find_table
from webapp.services.schema.values import FIRST_YEAR, read

Form = dict[str, Any]
ROOM_FOR_TERMS = (date(FIRST_YEAR, 1, 1), date(2020, 1, 1))
"""Days that no term of the university lies on."""

TEXTS = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=200
) | st.sampled_from(["=1+1", "'=x", "+49", "@home", "'", "-", "a,b;c|d", 'say "so"', "ø", "東京", "🏫", "1.0", "yes"])
CODES = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters=",;|@\ufffe\uffff"), min_size=1, max_size=64
).filter(lambda text: text.strip())


@dataclass(frozen=True)
class Here:
    """A university with a few rows in every table."""

    scope: Scope

    def keys(self, table: str) -> list[int]:
        return [key for key, _label in options_of(self.scope, table)]

    def codes(self, table: str) -> list[str]:
        codes = rows_in_scope(self.scope, BY_NAME[table]).with_only_columns(BY_NAME[table].list_code)
        return list(db.session.scalars(codes))

    def words(self, vocabulary: str) -> list[str]:
        """The words of a list of the organisation: a form takes no others."""
        query = sa.select(VocabularyWord.word).filter_by(
            organization_id=self.scope.organization.organization_id, vocabulary=vocabulary
        )
        return list(db.session.scalars(query.order_by(VocabularyWord.word)))


@pytest.fixture
def here(app: Flask) -> Here:
    term = factories.term(days=2, slots=2)
    organization = term.organization
    department = factories.department(organization)
    teachers = [factories.faculty(department) for _number in range(2)]
    group = factories.group(term)
    batches = [factories.group(term, parent=group, split="lab") for _number in range(2)]
    for _number in range(2):
        student = factories.student(organization, department=department)
        factories.member(student, batches[0])
        factories.building(organization)
        factories.room(organization, kind="séminaire", features=["projector", "字"])
    factories.week_set(term)
    section = factories.section(term, factories.course(department), faculty=teachers, groups=[group])
    factories.component(section, meetings_per_week=3)
    factories.component(section, "P", batches=batches)
    db.session.commit()
    return Here(Scope(organization, term, None))


def numbers(column: Column) -> st.SearchStrategy[str]:
    assert column.least is not None
    assert column.most is not None
    ends = st.sampled_from([column.least, column.most])
    whole = (ends | st.integers(column.least, column.most)).map(str)
    if column.kind is Kind.WHOLE:
        return whole
    tenths = st.integers(10 * column.least, 10 * column.most)
    return whole | tenths.map(lambda number: f"{number // 10}.{number % 10}")


def texts(column: Column) -> st.SearchStrategy[str]:
    longest = st.sampled_from(["é", "x", "字"]).map(lambda sign: sign * column.length)
    return TEXTS.map(lambda text: text[: column.length]).filter(lambda text: bool(text.strip())) | longest


def weeks(column: Column) -> st.SearchStrategy[str]:
    return st.sets(st.integers(1, 16), min_size=1).map(lambda chosen: ", ".join(map(str, sorted(chosen))))


STRATEGIES: Mapping[Kind, Callable[[Column], st.SearchStrategy[Any]]] = {
    Kind.CODE: lambda column: CODES,
    Kind.TEXT: texts,
    Kind.EMAIL: lambda column: st.sampled_from(["a@b.example", "ü.x+y@sub.example.edu", "a" * 240 + "@example.org"]),
    Kind.WHOLE: numbers,
    Kind.DECIMAL: numbers,
    Kind.YES_NO: lambda column: st.booleans(),
    Kind.DATE: lambda column: st.just("2024-08-01"),
    Kind.TIME: lambda column: st.times().map(lambda moment: f"{moment:%H:%M}"),
    Kind.DAY: lambda column: st.integers(0, 6),
    Kind.WEEKS: weeks,
    Kind.DAYS: lambda column: st.sampled_from(["3", "Mon-Wed-Fri, Tue-Thu", "Mon+Fri"]),
    Kind.CODES: lambda column: st.lists(CODES, unique=True, max_size=3).map(", ".join),
}


def values_of(here: Here, column: Column) -> st.SearchStrategy[Any]:
    """Any value of a form's field that the declaration allows, empty where it may be."""
    if column.many is not None:
        codes = here.codes(column.many.link.table)
        return st.lists(st.sampled_from(codes), unique=True, max_size=3).map(", ".join)
    if column.typed:
        filled: st.SearchStrategy[Any] = st.sampled_from(here.codes(column.refers_to))
    elif column.kind is Kind.LINK:
        filled = st.sampled_from(here.keys(column.refers_to))
    elif column.vocabulary:
        words = here.words(column.vocabulary)
        several = st.lists(st.sampled_from(words), unique=True, max_size=3).map(", ".join)
        filled = several if column.kind is Kind.CODES else st.sampled_from(words)
    else:
        filled = STRATEGIES[column.kind](column)
    return filled if column.required or column.kind is Kind.YES_NO else st.just("") | filled


@st.composite
def forms(draw: st.DrawFn, here: Here, table: Table) -> Form:
    """What a form of a table may send, with what its fields owe to each other."""
    form = {column.field: draw(values_of(here, column)) for column in table.form_columns}
    if table.name in COMPLETED:
        COMPLETED[table.name](draw, here, form)
    return form


def complete_term(draw: st.DrawFn, _here: Here, form: Form) -> None:
    first, last = ROOM_FOR_TERMS
    starts = draw(st.dates(first, last - timedelta(1)) | st.just(first))
    ends = draw(st.dates(starts + timedelta(1), last))
    year = draw(st.integers(1000, 9999))
    form |= {"starts_on": starts.isoformat(), "ends_on": ends.isoformat()}
    form["academic_year"] = f"{year}-{(year + 1) % 100:02d}"


def complete_walk(draw: st.DrawFn, here: Here, form: Form) -> None:
    ends = draw(st.permutations(here.keys("buildings")))
    form |= {"from_building_id": str(ends[0]), "to_building_id": str(ends[1])}


def complete_slot(draw: st.DrawFn, _here: Here, form: Form) -> None:
    first = draw(st.integers(0, 24 * 60 - 2))
    last = draw(st.integers(first + 1, 24 * 60 - 1))
    start, end = (time(*divmod(minute, 60)) for minute in (first, last))
    form |= {"start_time": f"{start:%H:%M}", "end_time": f"{end:%H:%M}", "shift": "other"}


def complete_component(draw: st.DrawFn, here: Here, form: Form) -> None:
    batches = [code for code in form["batches"].split(", ") if code]
    teachers = draw(st.lists(st.sampled_from(here.codes("faculty")), unique=True))
    behind = ["", *(f"@{code}" for code in batches)]
    form["teachers"] = ", ".join(code + draw(st.sampled_from(behind)) for code in teachers)


def complete_pin(draw: st.DrawFn, _here: Here, form: Form) -> None:
    code = COMPONENTS.list_code
    components = rows_in_scope(_here.scope, COMPONENTS).where(code == form["component_id"])
    component: Component = db.session.scalars(components).one()
    keys = [batch.student_group_id for batch in component.batches]
    batches = list(db.session.scalars(sa.select(StudentGroup.code).where(StudentGroup.student_group_id.in_(keys))))
    form["student_group_id"] = draw(st.sampled_from(batches)) if batches else ""
    form["ordinal"] = str(draw(st.integers(1, component.meetings_per_week)))
    if not form["time_slot_id"] and not form["room_id"]:
        form["room_id"] = draw(st.sampled_from(_here.codes("rooms")))


def complete_request(_draw: st.DrawFn, _here: Here, form: Form) -> None:
    if form["alternative_id"] == form["course_id"]:
        form["alternative_id"] = ""


def complete_term_week(draw: st.DrawFn, here: Here, form: Form) -> None:
    term = here.scope.term
    assert term is not None
    monday = term.starts_on - timedelta(term.starts_on.weekday())
    form["monday"] = (monday + timedelta(weeks=draw(st.integers(0, 15)))).isoformat()
    form["kind"] = draw(st.sampled_from(BY_NAME["term_weeks"].by_name["kind"].choices))


def complete_holiday(draw: st.DrawFn, here: Here, form: Form) -> None:
    term = here.scope.term
    assert term is not None
    first = draw(st.dates(term.starts_on, term.ends_on))
    last = draw(st.sampled_from(["", first.isoformat(), (first + timedelta(400)).isoformat()]))
    form |= {"first_day": first.isoformat(), "last_day": last}


def complete_makeup_day(draw: st.DrawFn, here: Here, form: Form) -> None:
    term = here.scope.term
    assert term is not None
    form["held_on"] = draw(st.dates(term.starts_on, term.ends_on)).isoformat()
    form["week"] = draw(st.sampled_from(["", "1", str(term.weeks)]))


COMPLETED: Mapping[str, Callable[[st.DrawFn, Here, Form], None]] = {
    "term": complete_term,
    "time_slots": complete_slot,
    "components": complete_component,
    "pins": complete_pin,
    "requests": complete_request,
    "walks": complete_walk,
    "term_weeks": complete_term_week,
    "holidays": complete_holiday,
    "makeup_days": complete_makeup_day,
}


@pytest.mark.parametrize("table", WITH_PAGES, ids=lambda table: table.name)
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_a_form_stores_an_export_brings_back_and_its_import_changes_nothing(
    here: Here, table: Table, data: st.DataObject
) -> None:
    form = data.draw(forms(here, table))
    trial = db.session.begin_nested()
    try:
        row = save_row(here.scope, table, None, form)
        term = row if isinstance(row, Term) else here.scope.term
        assert term is not None
        assert_round_trip(here, table, form, term)
        sent_again = form_values(table, row)
        assert form_values(table, save_row(here.scope, table, table.id_of(row), sent_again)) == sent_again
    finally:
        trial.rollback()
        db.session.expire_all()


def assert_round_trip(here: Here, table: Table, form: Form, term: Term) -> None:
    organization = here.scope.organization
    stored = exports.term_contents(organization, term)[table.name]
    sent = {
        column.name: read(column, str(form[column.field]))
        for column in table.plain
        if column.kind not in (Kind.DAY, Kind.YES_NO)
    }
    assert any(all(record[name] == value for name, value in sent.items()) for record in stored)
    packed = exports.export_zip(organization, term)
    store = Store(organization.organization_id, term)
    book, known = read_book("term.zip", packed), Known(lambda name: store.table(name).records)
    converted = convert(book, guess(book, known), known)
    assert (converted.changes, converted.questions) == ((), ())
    promised = uploads.preview(organization, term, converted.tables, replace=True)
    assert promised.faults == ()
    assert promised.changes_nothing


def add(here: Here, address: str, **given: Any) -> Any:
    table = find_table(address)
    return save_row(here.scope, table, None, {**form_values(table, None), **given})


def refusals(here: Here, address: str, row: Any = None, **given: Any) -> Mapping[str, str]:
    table = find_table(address)
    key = table.id_of(row) if row is not None else None
    with pytest.raises(RecordRefused) as refusal:
        save_row(here.scope, table, key, {**form_values(table, row), **given})
    return refusal.value.errors


def test_a_term_of_any_number_and_break_that_one_side_takes_the_other_takes_too(here: Here) -> None:
    """A form took semester 12, which the term's export could not bring; a file a break that the form then refused."""
    dates = {"starts_on": "2019-01-01", "ends_on": "2019-05-01"}
    term = add(here, "terms", name="Twelfth", academic_year="2018-19", semester="12", break_minutes="500", **dates)
    packed = exports.export_zip(here.scope.organization, term)
    assert uploads.preview(here.scope.organization, term, read_upload("x.zip", packed)).changes_nothing
    save_row(here.scope, find_table("terms"), term.term_id, {**form_values(find_table("terms"), term), "name": "New"})
    assert term.name == "New"


def test_what_is_left_empty_means_the_same_in_a_form_as_in_a_file(here: Here) -> None:
    room = add(here, "rooms", code="R9", name="Hall", capacity="1", kind="")
    assert room.kind == "lecture"
    term = add(here, "terms", name="T", academic_year="2018-19", semester="1", starts_on="2019-01-01", weeks="",
               ends_on="2019-05-01", break_minutes="")  # fmt: skip
    assert (term.weeks, term.break_minutes) == (16, 15)


def test_a_form_refuses_between_rows_what_an_import_would_refuse(here: Here) -> None:
    plain, batched = db.session.scalars(sa.select(Component).order_by(Component.code)).all()
    assert "weeks" in refusals(here, "week-sets", code="LATE", name="Late", weeks="17")
    add(here, "week-sets", code="LAST", name="Last", weeks="16")
    assert "LAST" in refusals(here, "terms", here.scope.term, weeks="15")["weeks"]
    other = factories.group(here.scope.term, code="OTHER")
    lonely = f"{here.codes('faculty')[0]}@{other.code}"
    assert lonely in refusals(here, "components", batched, teachers=lonely)["teachers"]
    room = here.keys("rooms")[0]
    of_batched = {"component_id": batched.component_id, "room_id": room}
    assert "student_group_id" in refusals(here, "pins", **of_batched)
    assert "student_group_id" in refusals(here, "pins", **of_batched, student_group_id=other.student_group_id)
    of_plain = {"component_id": plain.component_id, "room_id": room, "ordinal": "3"}
    assert "student_group_id" in refusals(here, "pins", **of_plain, student_group_id=other.student_group_id)
    add(here, "pins", **of_plain)
    add(here, "pins", **of_batched, student_group_id=batched.batches[0].student_group_id)
    assert "3" in refusals(here, "components", plain, meetings_per_week="2")["meetings_per_week"]
    assert "batches" in refusals(here, "components", batched, batches=batched.batches[1].code)
