"""What keeps a book from being read as somebody has said: twice the same, something that is needed and not there."""

from collections.abc import Iterator
from dataclasses import dataclass

from webapp.services.imports.formats.cells import cell_text
from webapp.services.imports.formats.workbooks import RawBook, RawSheet, column_letter
from webapp.services.imports.layouts.plan import BookMapping, ColumnRole, SheetMapping, SheetShape
from webapp.services.imports.layouts.shapes import roles
from webapp.services.schema.tables import BY_NAME
from webapp.services.shared.words import _, ngettext


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a sheet (of that name; "" for the book) can't be read as was said, and what to do, as a sentence.

    ``is_twice`` says that two columns or sheets claim to be the same, which is never kept, not even for the moment.
    """

    sheet: str
    sentence: str
    is_twice: bool = False


def objections(book: RawBook, mapping: BookMapping) -> tuple[Objection, ...]:
    """Everything that has to be said otherwise before the book can be read."""
    found = [*_tables_twice(mapping)]
    for sheet in book.sheets:
        found += _of_sheet(sheet, mapping.of(sheet.name))
    if not any(sheet.rows for sheet in book.sheets) and not book.faults:
        found.append(
            Objection(
                "", _("%(file)s has no cell that is filled in. Send the file that has the rows.", file=book.filename)
            )
        )
    elif all(mapping.of(sheet.name).shape is SheetShape.SKIP for sheet in book.sheets):
        found.append(Objection("", _("No sheet is read. Say of at least one what it is.")))
    return tuple(found)


def _tables_twice(mapping: BookMapping) -> Iterator[Objection]:
    first: dict[str, str] = {}
    for said in mapping.sheets:
        if said.shape is not SheetShape.TABLE or not said.table:
            continue
        other = first.setdefault(said.table, said.sheet)
        if other != said.sheet:
            sentence = _(
                "The sheets “%(first)s” and “%(second)s” both are said to be %(table)s. Leave one of them unread, or"
                " put their rows into one sheet.",
                first=other,
                second=said.sheet,
                table=table_title(said.table),
            )
            yield Objection(said.sheet, sentence, is_twice=True)


def table_title(name: str) -> str:
    """What pages call a table, as within a sentence."""
    table = BY_NAME.get(name)
    return str(table.title).lower() if table is not None else name


def _of_sheet(sheet: RawSheet, said: SheetMapping) -> Iterator[Objection]:
    if said.shape is SheetShape.SKIP:
        return
    known = {role.name: role for role in roles(said.shape, said.table)}
    first: dict[str, int] = {}
    for position, name in enumerate(said.columns):
        if name and first.setdefault(name, position) != position:
            yield Objection(sheet.name, _role_twice(sheet, said, known.get(name), first[name], position), is_twice=True)
    missing = [str(role.label) for role in known.values() if role.required and role.name not in first]
    if missing:
        sentence = ngettext(
            "In the sheet “%(sheet)s” no column is %(missing)s, which is needed. Say which it is, or leave the"
            " sheet unread.",
            "In the sheet “%(sheet)s” no columns are %(missing)s, which are needed. Say which they are, or leave"
            " the sheet unread.",
            len(missing),
            sheet=sheet.name,
            missing=", ".join(missing),
        )
        yield Objection(sheet.name, sentence)


def _role_twice(sheet: RawSheet, said: SheetMapping, role: ColumnRole | None, first: int, second: int) -> str:
    return _(
        "In the sheet “%(sheet)s” two columns are %(role)s: %(first)s and %(second)s. Let one of them be not read.",
        sheet=sheet.name,
        role=role.label if role is not None else "?",
        first=column_words(sheet, said, first),
        second=column_words(sheet, said, second),
    )


def column_words(sheet: RawSheet, said: SheetMapping, position: int) -> str:
    """A column by its letter and, where it has one, its heading."""
    heading = cell_text(sheet.row(said.heading_row).cell(position)).strip()
    letter = column_letter(position)
    return _("%(letter)s (“%(heading)s”)", letter=letter, heading=heading[:60]) if heading else letter
