"""What must hold between rows, beyond the codes that lead from one to another."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from webapp.services.imports.faults import Faults
from webapp.services.imports.sheets import FileRow, FileSheet, Tables
from webapp.services.imports.stored import Store, complete
from webapp.services.problem.groups import GroupTree
from webapp.services.schema.columns import Key, Record
from webapp.services.schema.row_checks import meeting_faults, outside_term, week_beyond
from webapp.services.schema.tables import BY_NAME
from webapp.services.schema.values import listed
from webapp.services.shared.rule_defaults import refusal_of_use
from webapp.services.shared.words import _


class Merged:
    """The rows as they would be: those of the database with the file's over them."""

    def __init__(self, store: Store, tables: Tables, replace: bool) -> None:
        self.store, self.tables, self.replace = store, tables, replace
        self._rows: dict[str, dict[Key, Record]] = {}

    def rows(self, name: str) -> Mapping[Key, Record]:
        """Record by key."""
        if name not in self._rows:
            sheet = self.tables.sheets.get(name)
            stored = self.store.table(name).records
            table = BY_NAME[name]
            goes = sheet is not None and self.replace
            rows = {k: record for k, record in stored.items() if not goes or (table.stays and table.stays(record))}
            for row in sheet.rows if sheet is not None else ():
                key = table.key_of(row.record)
                rows[key] = {**stored[key], **row.record} if key in stored else complete(table, row.record)
            self._rows[name] = rows
        return self._rows[name]


def whole_table_faults(store: Store, tables: Tables, replace: bool, faults: Faults) -> None:
    """Note what is wrong between rows."""
    merged = Merged(store, tables, replace)
    for name, check in CHECKS:
        sheet = tables.sheets.get(name)
        if sheet is not None:
            check(merged, sheet, faults)


def _add(faults: Faults, sheet: FileSheet, row: FileRow, column: str, value: object, expected: str) -> None:
    faults.note(sheet.fault(row, column, value, expected))


def _term_is_the_chosen(merged: Merged, sheet: FileSheet, faults: Faults) -> None:
    """The file is of the term that it is imported into, and there is one row."""
    term = merged.store.term
    for position, row in enumerate(sheet.rows):
        if position:
            _add(faults, sheet, row, "academic_year", row.record["academic_year"], _("one row"))
        elif term is not None and sheet.table.key_of(row.record) != (term.academic_year, term.semester):
            given, expected = (
                _("%(year)s, semester %(semester)s", year=year, semester=semester)
                for year, semester in (sheet.table.key_of(row.record), (term.academic_year, term.semester))
            )
            _add(faults, sheet, row, "academic_year", given, expected)


def _slots_begin_once(merged: Merged, sheet: FileSheet, faults: Faults) -> None:
    """No two slots of a shift begin at the same time of a day."""
    seen: dict[Key, Key] = {}
    begins: dict[Key, Key] = {}
    for key, record in merged.rows("time_slots").items():
        begin = (record["shift"], record["day"], record["start"])
        if begin in seen and None not in begin:
            begins[key], begins[seen[begin]] = seen[begin], key
        seen[begin] = key
    for row in sheet.rows:
        other = begins.get(sheet.table.key_of(row.record))
        if other is not None and not row.refused:
            _add(
                faults,
                sheet,
                row,
                "start",
                f"{row.record['start']:%H:%M}",
                _("another beginning than slot %(other)s", other=other[0]),
            )


def _weeks_lie_in_the_term(merged: Merged, sheet: FileSheet, faults: Faults) -> None:
    """No week set names a week after the term's last."""
    last = _of_term(merged, "weeks")
    for row in sheet.rows:
        week = week_beyond(last, row.record.get("weeks"))
        if week is not None:
            expected = _("weeks from 1 to %(last)s, as the term has", last=last)
            _add(faults, sheet, row, "weeks", _("week %(weeks)s", weeks=week), expected)


def _of_term(merged: Merged, name: str) -> object:
    """A value of the term as the file says it, else as it is stored; None where there is neither."""
    sheet = merged.tables.sheets.get("term")
    value = sheet.rows[0].record.get(name) if sheet is not None and sheet.rows else None
    if value is None and merged.store.term is not None:
        return getattr(merged.store.term, name)
    return value


def _days_lie_in_the_term(merged: Merged, sheet: FileSheet, faults: Faults) -> None:
    """No week, holiday or make-up day lies wholly outside the term, and no make-up day is as in a later week."""
    starts, ends, weeks = (_of_term(merged, name) for name in ("starts_on", "ends_on", "weeks"))
    column = sheet.table.key[0]
    for row in sheet.rows:
        first = row.record[column]
        last = row.record.get("last_day")
        if sheet.table.name == "term_weeks" and isinstance(first, date):
            last = first + timedelta(days=6)
        if outside_term(starts, ends, first, last):
            expected = _("a day of the term, which is from %(starts)s to %(ends)s", starts=starts, ends=ends)
            _add(faults, sheet, row, column, first, expected)
        week = row.record.get("week")
        if isinstance(week, int) and isinstance(weeks, int) and week > weeks:
            _add(faults, sheet, row, "week", week, _("weeks from 1 to %(last)s, as the term has", last=weeks))


def _groups_form_a_tree(merged: Merged, sheet: FileSheet, faults: Faults) -> None:
    """No group is below itself."""
    tree = GroupTree({code: record.get("parent") for (code,), record in merged.rows("groups").items()})
    for row in sheet.rows:
        codes = tree.circle(row.record["code"])
        if len(codes) > 2:
            circle = _(" in ").join(str(code) for code in codes)
            _add(
                faults,
                sheet,
                row,
                "parent",
                codes[1],
                _("no circle of groups; this one is %(circle)s", circle=circle),
            )


def _meetings_are_there(merged: Merged, sheet: FileSheet, faults: Faults) -> None:
    """A pin or entry names a batch where its component has batches, and a meeting that it has."""
    components = merged.rows("components")
    for row in sheet.rows:
        component = components.get((row.record["course"], row.record["section"], row.record["component"]))
        if component is None or row.refused:
            continue
        batches, batch, number = listed(component, "batches"), row.record["batch"], row.record["number"]
        most = component.get("meetings_per_week")
        for fault in meeting_faults(batches, most, batch, number):
            if fault == "number":
                expected = _("at most %(most)s, its classes a week", most=most)
            elif batches:
                expected = _("one of its batches ") + ", ".join(batches)
            else:
                expected = _("nothing, since it has no batches")
            _add(faults, sheet, row, fault, row.record[fault] or "", expected)


def _soft_rules_have_weights(merged: Merged, sheet: FileSheet, faults: Faults) -> None:
    """A rule that is on and not hard has a weight."""
    rows = merged.rows("rules")
    for row in sheet.rows:
        rule = rows[sheet.table.key_of(row.record)]
        if not row.refused and rule["enabled"] and not rule["hard"] and rule["weight"] is None:
            _add(faults, sheet, row, "weight", "", _("a weight, since the rule is soft"))


def _what_always_holds_is_on_and_hard(merged: Merged, sheet: FileSheet, faults: Faults) -> None:
    """A rule without which there is no timetable is neither off nor soft, as the Rules page says."""
    rows = merged.rows("rules")
    for row in sheet.rows:
        rule = rows[sheet.table.key_of(row.record)]
        is_enabled, is_hard = bool(rule["enabled"]), bool(rule["hard"])
        if not row.refused and refusal_of_use(str(rule["rule"]), is_enabled, is_hard):
            column = "hard" if is_enabled else "enabled"
            _add(faults, sheet, row, column, "no", _("yes, since this rule always holds"))


Check = Callable[[Merged, FileSheet, Faults], None]
CHECKS: tuple[tuple[str, Check], ...] = (
    ("term", _term_is_the_chosen),
    ("time_slots", _slots_begin_once),
    ("week_sets", _weeks_lie_in_the_term),
    ("term_weeks", _days_lie_in_the_term),
    ("holidays", _days_lie_in_the_term),
    ("makeup_days", _days_lie_in_the_term),
    ("groups", _groups_form_a_tree),
    ("rules", _soft_rules_have_weights),
    ("rules", _what_always_holds_is_on_and_hard),
    ("pins", _meetings_are_there),
    ("entries", _meetings_are_there),
)
