"""docs/data-format.md, written from the tables: `python -m webapp.services.schema.page > docs/data-format.md`."""

from collections.abc import Iterator

from webapp.services.imports.faults import MOST_FAULTS
from webapp.services.imports.formats.archives import MOST_BYTES, MOST_TAGS, MOST_UNPACKED
from webapp.services.imports.formats.sheet_parts import MOST_POSITIONS
from webapp.services.imports.formats.writers import holds
from webapp.services.imports.sheets import MOST_CHARACTERS, MOST_ROWS
from webapp.services.schema.columns import Table
from webapp.services.schema.tables import TABLES

MEGABYTE = 1024 * 1024

ABOVE = f"""# Data format

What goes in comes out again in the same form: a term is a handful of tables, as

- one **folder** with a CSV file for each table (`rooms.csv`, `courses.csv`, ...),
- one **ZIP** of such a folder, or
- one **workbook** (`.xlsx`) with a sheet for each table; the sheet `guide` is not read.

A single CSV file is read as the one table it is named after. Tables may be left out, and so may columns that are not
required: what is not in the file stays as it is.

    flask export-template --out empty.xlsx
    flask import PATH --organization CODE --year 2024-25 --semester 1 [--dry-run] [--replace]
    flask export --organization CODE --year 2024-25 --semester 1 --format folder|zip|xlsx --out PATH

The page Import offers the same: upload a file, see row by row what is new, changed, unchanged and wrong, confirm. The
empty workbook can be downloaded there. Where the data have changed since the preview, nothing is imported and the
preview is shown anew; confirmed twice, a file is imported once.

## Rules

- **Codes, not numbers,** lead from one table to another. A code has no `,` `;` `|` or `@` in it.
- **All or nothing.** One fault, and nothing is changed. Every fault is named with file, sheet, row, column, what was
  found and what was expected (up to {MOST_FAULTS}).
- **Nothing is deleted,** unless told to replace: then the tables that the file has lose the rows that it lacks. A row
  that others still refer to is never deleted; the import says which, and by what it is used.
- **Rules are added** to those of the term: what `rules` does not name stays as it is, and a new term begins with the
  usual rules ([more](rules.md)). The preview says of each rule that the file changes how it is used before and after.
  Replacing removes added rules that the file lacks; the row of a rule's own name, which every term has, stays.
- **CSV** is written as UTF-8 with lines ended by CRLF and commas between cells. It is read in any code page that
  spreadsheets save in (found out from the text, and named), separated by commas, semicolons, tabs or bars.
- **Lists** are separated by commas or semicolons: `CSE3-A-B1, CSE3-A-B2`.
- **Yes or no**: `yes`, `no`, also `y`, `n`, `true`, `false`, `1`, `0`, `x`. **Days**: `Monday` or `Mon`. **Dates**:
  `2024-08-01`, from 1900 to 2200. **Times**: `09:30`. So they are written; whatever else can only mean one
  thing (`9:00 AM`, `13.7.2026`, a cell of Excel, `1,5`, a code in another case) is read, and the change is counted and
  shown. What can mean two (`03/04/2026`, `1,234`) is asked about. What stands there twice in the same words is read
  once.
- **Formulas** are read by the value they had when the file was saved, never calculated; one without a value, or with
  an error, is a fault. Macros are never run. A text that a spreadsheet would take for a formula (it begins with `=`,
  `+`, `-`, `@`, a tab or a carriage return) is written with a `'` before it, which reading takes off.
- **Limits**: {MOST_BYTES // MEGABYTE} MB a file, {MOST_UNPACKED // MEGABYTE} MB unpacked, {MOST_ROWS:,} rows and
  {MOST_POSITIONS:,} columns a sheet, {MOST_CHARACTERS:,} characters a cell; a workbook with more than
  {MOST_TAGS:,} tags of XML (some 300,000 cells) is refused, its tables can be sent as CSV files in a ZIP.

## Tables

In the order in which they are stored. **Bold** columns are required, and the columns named under a table's title tell
its rows apart.
"""

BELOW = """
## ITC-2007 `.ctt` files

`flask import comp01.ctt --organization UDINE --year 2005-06 --semester 1` imports a file of the International
Timetabling Competition 2007, track 3. Organisation and term are made if absent; a term that is made without dates runs
from August to December (semester 1), January to May (2), or June to July (3); give others with `--starts` and `--ends`.

| in the file | becomes |
|---|---|
| the file's name | the one department |
| teacher code | a teacher |
| curriculum | a group without parent |
| course | a course with one section `1` and one component `L`, attended by the curricula that list it |
| students | the section's expected size; there are no single students |
| periods | slots `D0P0`, `D0P1`, ... of 60 minutes from 08:00 without breaks |
| unavailability | the section is unavailable |

The term gets exactly the rules and weights of that format: no clashes, room capacity 1, working days 5, isolated
lectures 2, room stability 1. `flask export --format ctt-solution` writes the published timetable as lines of course,
room, day and period.
"""


def data_format_page() -> str:
    """The whole page."""
    return ABOVE + "".join(line + "\n" for table in TABLES for line in _section(table)) + BELOW


def _section(table: Table) -> Iterator[str]:
    yield ""
    yield f"### {table.name}"
    yield ""
    yield f"{table.meaning} Key: {', '.join(table.key)}."
    yield ""
    yield "| column | holds | meaning | example |"
    yield "|---|---|---|---|"
    for column in table.file_columns:
        name = f"**{column.name}**" if column.required else column.name
        example = f"`{column.example}`" if column.example else ""
        yield f"| {name} | {holds(column)} | {column.meaning} | {example} |"


if __name__ == "__main__":
    print(data_format_page(), end="")
