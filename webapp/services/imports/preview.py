"""What a file would change: new, changed, unchanged, removed and wrong rows, table by table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from webapp.services.imports.cross_row_checks import whole_table_faults
from webapp.services.imports.faults import Fault, Faults, TooManyFaults
from webapp.services.imports.sheets import FileRow, FileSheet, NotCarried, Tables
from webapp.services.imports.stored import Store, complete, ordered
from webapp.services.schema.calendar import TERM
from webapp.services.schema.columns import Key, Record, Table, Value, link_key
from webapp.services.schema.tables import BY_NAME, TABLES
from webapp.services.schema.values import did_you_mean, write
from webapp.services.schema.wishes import ENTRIES
from webapp.services.shared.words import _


class RowState(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that becomes another, as text."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RowDifference:
    """A row of a file (``number`` as a spreadsheet counts, 0 for a removed one) and what becomes of it."""

    number: int
    key: Key
    label: str
    state: RowState
    record: Record
    changes: tuple[CellChange, ...] = ()
    before: Record | None = None
    """What is stored, or counts as stored, of a changed or removed row."""


@dataclass(frozen=True)
class TableDifference:
    """A table's rows with what becomes of each."""

    table: Table
    rows: tuple[RowDifference, ...]
    unreadable: int = 0
    unnamed: int = 0
    """Rows that the file does not name and that stay as they are."""

    @property
    def name(self) -> str:
        """The table's name."""
        return self.table.name

    @cached_property
    def counts(self) -> Mapping[RowState, int]:
        """Number of rows in each state, all five named."""
        counts = dict.fromkeys(RowState, 0)
        for row in self.rows:
            counts[row.state] += 1
        counts[RowState.WRONG] += self.unreadable
        return counts

    @property
    def is_unchanged(self) -> bool:
        """Whether every row is there already as it was sent."""
        return not any(row.state is not RowState.UNCHANGED for row in self.rows)

    def of(self, state: RowState) -> list[RowDifference]:
        """The rows in a state."""
        return [row for row in self.rows if row.state is state]


@dataclass(frozen=True)
class Preview:
    """What an import would do. It can be confirmed only without faults."""

    filename: str
    tables: tuple[TableDifference, ...]
    faults: tuple[Fault, ...]
    outdated: tuple[str, ...] = ()
    """The timetables that lose rows which the file lacks, in words."""
    overlaps: str = ""
    """Which slots cross the week that the term has, in words."""
    carried: int = 0
    not_carried: tuple[NotCarried, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    @cached_property
    def counts(self) -> Mapping[RowState, int]:
        """Number of rows in each state, over all tables."""
        return {state: sum(table.counts[state] for table in self.tables) for state in RowState}

    @property
    def changes_nothing(self) -> bool:
        """Whether everything is as the file says already."""
        return not any(
            self.counts[state] for state in (RowState.NEW, RowState.CHANGED, RowState.REMOVED, RowState.WRONG)
        )

    @cached_property
    def digest(self) -> str:
        """Every row that would change, in short: equal where two previews promise the same."""
        promised = [
            (
                table.name,
                row.state.value,
                row.key,
                [(change.column, change.before, change.after) for change in row.changes],
            )
            for table in self.tables
            for row in table.rows
            if row.state is not RowState.UNCHANGED
        ]
        return sha256(repr(promised).encode()).hexdigest()

    def table(self, name: str) -> TableDifference:
        """The difference of a table; `KeyError` where the file does not have it."""
        return {table.name: table for table in self.tables}[name]


def compare(store: Store, tables: Tables, *, replace: bool = False) -> Preview:
    """Compare a file with the database; with ``replace`` its tables also lose the rows it lacks."""
    faults = Faults()
    faults.list.extend(tables.faults)
    try:
        for name in (table.name for table in TABLES if table.name in tables.sheets):
            _References(store, tables, replace, faults).check(tables.sheets[name])
        whole_table_faults(store, tables, replace, faults)
    except TooManyFaults:
        pass
    wrong = {(fault.file, fault.sheet, fault.row) for fault in faults.list if fault.row}
    differences = [
        _difference(store, tables.sheets[table.name], wrong, replace) for table in TABLES if table.name in tables.sheets
    ]
    return Preview(
        tables.filename,
        tuple(differences),
        tuple(faults.list),
        carried=tables.carried,
        not_carried=tables.not_carried,
    )


def _difference(store: Store, sheet: FileSheet, wrong: set[tuple[str, str, int]], replace: bool) -> TableDifference:
    stored = store.table(sheet.table.name)
    rows = [_row(sheet, row, stored.records, (*sheet.place(row), row.number) in wrong) for row in sheet.rows]
    if replace and sheet.table not in (TERM, ENTRIES):
        sent = sheet.keys
        rows += [
            RowDifference(0, key, sheet.table.label(key), RowState.REMOVED, record, before=record)
            for key, record in stored.records.items()
            if key not in sent and not _stays(sheet.table, record)
        ]
    touched = {row.key for row in rows}
    unnamed = sum(key not in touched for key in stored.records)
    return TableDifference(sheet.table, tuple(rows), sheet.unreadable, unnamed)


def _stays(table: Table, record: Record) -> bool:
    return table.stays is not None and table.stays(record)


def _row(sheet: FileSheet, row: FileRow, records: Mapping[Key, Record], wrong: bool) -> RowDifference:
    table, key = sheet.table, sheet.table.key_of(row.record)
    label = table.label(key)
    if wrong:
        return RowDifference(row.number, key, label, RowState.WRONG, row.record)
    before = records.get(key)
    if before is None:
        return RowDifference(row.number, key, label, RowState.NEW, complete(table, row.record))
    after: Record = {name: ordered(table.by_name[name], row.record[name]) for name in sheet.columns}
    after = {**before, **after} if table.settled is None else table.settled({**before, **after}, after)
    changed = [name for name, value in after.items() if value != before[name]]
    if not changed:
        return RowDifference(row.number, key, label, RowState.UNCHANGED, before)
    changes = [
        CellChange(name, write(table.by_name[name], before[name]), write(table.by_name[name], after[name]))
        for name in changed
    ]
    return RowDifference(row.number, key, label, RowState.CHANGED, after, tuple(changes), before)


class _References:
    """Looks whether the codes in a sheet name rows that are there, in the file or in the database."""

    def __init__(self, store: Store, tables: Tables, replace: bool, faults: Faults) -> None:
        self.store, self.tables, self.replace, self.faults = store, tables, replace, faults
        self._keys: dict[str, frozenset[Key]] = {}
        self._labels: dict[str, frozenset[str]] = {}

    def keys(self, name: str) -> frozenset[Key]:
        """Keys that a reference to a table may name."""
        if name not in self._keys:
            sheet = self.tables.sheets.get(name)
            sent = sheet.keys if sheet is not None else frozenset()
            kept = frozenset() if self.replace and sheet is not None else frozenset(self.store.table(name).ids)
            self._keys[name] = sent | kept
        return self._keys[name]

    def labels(self, name: str, table: Table) -> frozenset[str]:
        """Labels of the keys, as lists of codes name them."""
        if name not in self._labels:
            self._labels[name] = frozenset(table.label(key) for key in self.keys(name))
        return self._labels[name]

    def check(self, sheet: FileSheet) -> None:
        """Note every code of a sheet that names nothing."""
        for row in sheet.rows:
            for link, columns in sheet.table.links.items():
                if any(name in row.refused or name not in row.record for name in columns):
                    continue
                key = link_key(row.record, columns)
                if key is not None and key not in self.keys(link.table):
                    self._unknown(sheet, row, columns, key, link.table)
            for column in sheet.table.lists:
                if column.name not in row.refused:
                    self._check_list(sheet, row, column.name)

    def _unknown(self, sheet: FileSheet, row: FileRow, columns: Sequence[str], key: Key, target: str) -> None:
        """Blame the first part of the key that leads nowhere."""
        known = self.keys(target)
        for size in range(1, len(key) + 1):
            beginnings = {other[:size] for other in known}
            if key[:size] not in beginnings:
                near = did_you_mean(str(key[size - 1]), {k[-1] for k in beginnings if k[:-1] == key[: size - 1]})
                within = _(" of %(key)s", key="/".join(map(str, key[: size - 1]))) if size > 1 else ""
                expected = _("a code of %(target)s%(within)s%(near)s", target=target, within=within, near=near)
                self.faults.note(sheet.fault(row, columns[size - 1], key[size - 1], expected))
                return

    def _check_list(self, sheet: FileSheet, row: FileRow, name: str) -> None:
        column = sheet.table.by_name[name]
        items: Value = row.record.get(name)
        if column.many is None or not isinstance(items, tuple):
            return
        target = column.many.link.table
        labels = self.labels(target, BY_NAME[target])
        for item in items:
            code = item.partition("@")[0] if column.many.second is not None else item
            if code not in labels:
                expected = _("codes of %(target)s%(labels)s", target=target, labels=did_you_mean(code, labels))
                self.faults.note(sheet.fault(row, name, code, expected))
