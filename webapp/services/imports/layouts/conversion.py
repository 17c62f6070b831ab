"""A book on its way to tables: the rows so far, what was changed, what has to be asked, what is wrong.

Every shape writes into one `Conversion`; `convert.py` runs them in order and finishes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from webapp.services.imports.faults import Fault, Faults
from webapp.services.imports.formats.workbooks import RawBook, RawRow, RawSheet, RawValue
from webapp.services.imports.layouts.known import Known
from webapp.services.imports.layouts.plan import LEAVE_OUT, BookMapping, SheetMapping, SheetShape, cell_key
from webapp.services.imports.layouts.questions import Candidate, Question, ReadAs
from webapp.services.schema.columns import Key, Record, Table, Value
from webapp.services.schema.tables import BY_NAME
from webapp.services.shared.numbers import whole_number

MOST_ROWS_NAMED = 20
"""Rows that a question names; it counts all."""


@dataclass(slots=True)
class DraftRow:
    """A row that a table will have: where it comes from, and its values by column as far as they are read.

    ``refused`` are columns whose cell is wrong or has to be asked about (None there); ``made`` says that the row was
    made out of another table's sheet, where the same row may come up many times; ``is_exact`` that its sheet is in the
    exchange format to the letter. ``settled`` are the columns whose codes were looked up already.
    """

    sheet: RawSheet
    number: int
    record: dict[str, Value]
    refused: set[str] = field(default_factory=set)
    made: bool = False
    headings: Mapping[str, str] = field(default_factory=dict)
    is_exact: bool = False
    is_left_out: bool = False
    settled: set[str] = field(default_factory=set)

    def heading(self, column: str) -> str:
        """What the file calls a column."""
        return self.headings.get(column) or column

    def refuse(self, column: str) -> None:
        """Leave a column without a value until somebody says which."""
        self.refused.add(column)
        self.record[column] = None


class Conversion:
    """What has come of a book so far."""

    def __init__(self, book: RawBook, mapping: BookMapping, known: Known) -> None:
        self.book, self.mapping, self.known = book, mapping, known
        self.rows: dict[str, list[DraftRow]] = {}
        self.columns: dict[str, dict[str, None]] = {}
        self.faults = Faults()
        self.unreadable: Counter[str] = Counter()
        """Rows by table that could not be told apart."""
        self.kept: dict[SheetShape, object] = {}
        """What a shape keeps from one of its sheets to the next."""
        self._changes: dict[tuple[str, str, str, str, str], int] = {}
        self._questions: dict[str, Question] = {}
        self._answered: dict[str, Question] = {}

    @property
    def changes(self) -> tuple[ReadAs, ...]:
        """What was read otherwise than it stands there, in the order in which it came up."""
        return tuple(ReadAs(*said, count) for said, count in self._changes.items())

    @property
    def questions(self) -> tuple[Question, ...]:
        """What has no answer yet, each once."""
        return tuple(self._questions.values())

    @property
    def answered(self) -> tuple[Question, ...]:
        """What was asked and has an answer, each once."""
        return tuple(self._answered.values())

    def cell(self, sheet: RawSheet, said: SheetMapping, row: RawRow, role: str) -> RawValue:
        """The cell of a role in a row, the corrected one where somebody corrected it, "" where no column has it."""
        corrections = self.mapping.corrections
        if corrections and (corrected := corrections.get(cell_key(sheet.name, row.number, role))) is not None:
            return corrected
        position = said.position(role)
        return row.cell(position) if position is not None else ""

    def changed(self, code: str, sheet: str, column: str, found: str = "", taken: str = "", count: int = 1) -> None:
        """Count that something in a column (its heading) was read as something else."""
        said = (code, sheet, column, found, taken)
        self._changes[said] = self._changes.get(said, 0) + count

    def fault(self, sheet: RawSheet, row: int, column: str, value: object, expected: str, role: str = "") -> None:
        """Note what is wrong; with a ``role`` the cell can be corrected. Raises `TooManyFaults`."""
        self.faults.note(Fault(sheet.file, sheet.name, row, column, str(value), expected, role))

    def ask(
        self,
        key: str,
        code: str,
        sheet: RawSheet,
        row: int,
        column: str,
        found: str,
        candidates: Sequence[Candidate] = (),
        *,
        may_create: bool = False,
        may_skip: bool = False,
        values: Mapping[str, str] | None = None,
        most: int = 0,
    ) -> str | None:
        """The answer to a question (a candidate's value, `plan.NEW` or `plan.LEAVE_OUT`), or None, and it is asked.

        With ``most`` it is a whole number from 1 up to that, which may be typed.
        """
        answer = self.mapping.answers.get(key)
        if most and answer not in (None, LEAVE_OUT) and not whole_number(answer, most):
            answer = None
        questions = self._questions if answer is None else self._answered
        asked = questions.get(key)
        count, rows = (asked.count, asked.rows) if asked is not None else (0, ())
        rows = (*rows, row) if len(rows) < MOST_ROWS_NAMED else rows
        questions[key] = Question(
            key, code, sheet.name, column, found, count + 1, rows, tuple(candidates), may_create, may_skip,
            values or {}, most,
        )  # fmt: skip
        return answer

    def open(self, table: str, columns: Iterable[str]) -> None:
        """Begin a table that a sheet holds, be it without a row."""
        self.columns.setdefault(table, {}).update(dict.fromkeys(columns))
        self.rows.setdefault(table, [])

    def file_of(self, table: str) -> str:
        """The file that holds the sheet of a table."""
        name = next((said.sheet for said in self.mapping.sheets if said.table == table), "")
        return next((sheet.file for sheet in self.book.sheets if sheet.name == name), self.book.filename)

    def add(
        self,
        table: str,
        sheet: RawSheet,
        row: int,
        record: Mapping[str, Value],
        *,
        refused: Iterable[str] = (),
        made: bool = False,
        headings: Mapping[str, str] | None = None,
        is_exact: bool = False,
    ) -> None:
        """Add a row to a table; ``record`` has the values (see `values.py`) of the columns that the sheet speaks of."""
        self.open(table, record)
        self.rows[table].append(DraftRow(sheet, row, dict(record), set(refused), made, headings or {}, is_exact))

    def records(self, table: str) -> Mapping[Key, Record]:
        """The rows that a table has: those known already, with this book's over them as far as they are read."""
        what: Table = BY_NAME[table]
        new: dict[Key, Record] = {}
        for row in self.rows.get(table, ()):
            if not row.refused & set(what.key):
                new.setdefault(what.key_of({**dict.fromkeys(what.key), **row.record}), row.record)
        return {**self.known.records(table), **new}
