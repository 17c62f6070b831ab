"""Ordinary dirt on a clean workbook: what people and spreadsheets make of a table on its way.

Each kind of dirt leaves one reading; what is read of the dirty book must be what stood in the clean one.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from random import Random
from typing import Any

import openpyxl

from webapp.services.imports.formats.writers import rows_of
from webapp.services.schema.columns import Column, Kind, Record, Table
from webapp.services.schema.tables import BY_NAME

Cell = Any
Sheet = list[list[Cell]]


def clean_sheets(contents: Mapping[str, Sequence[Record]]) -> dict[str, Sheet]:
    """The tables as sheets of text, headings first."""
    return {name: [list(row) for row in rows_of(BY_NAME[name], records)] for name, records in contents.items()}


def spaces(chance: Random, _column: Column, text: str) -> Cell:
    return chance.choice([f"{text}  ", f" {text}", f"\u00a0{text}", text.replace(" ", "\u00a0"), f"{text}\u200b"])


def other_case(chance: Random, _column: Column, text: str) -> Cell:
    return chance.choice([text.lower(), text.upper(), text.swapcase()])


def of_time(chance: Random, _column: Column, text: str) -> Cell:
    hour, minute = map(int, text.split(":"))
    half = f"{(hour - 1) % 12 + 1}:{minute:02d} {'AM' if hour < 12 else 'PM'}"
    ways: list[Cell] = [half, half.replace(" ", "").lower(), time(hour, minute), (60 * hour + minute) / 1440]
    return chance.choice([*ways, text + ":00", text.replace(":", "."), text.replace(":", "")])


def of_date(chance: Random, _column: Column, text: str) -> Cell:
    day = date.fromisoformat(text)
    ways: list[Cell] = [day, (day - date(1899, 12, 30)).days, f"{day:%d.%m.%Y}", f"{day:%d-%b-%Y}", f"{day:%-d %B %Y}"]
    return chance.choice(ways)


def of_day(chance: Random, _column: Column, text: str) -> Cell:
    return chance.choice([text[:3].upper(), text.lower(), f"{text[:3]}.", text[:3], f" {text} "])


def of_number(chance: Random, column: Column, text: str) -> Cell:
    ways: list[Cell] = [float(text), f"{text} ", f"'{text}"]
    if column.kind is Kind.DECIMAL:
        ways.append(text.replace(".", ","))
    elif "." not in text:
        ways += [f"{text}.0", f"{text},0"]
    return chance.choice(ways)


def of_yes_no(chance: Random, _column: Column, text: str) -> Cell:
    yes = text == "yes"
    return chance.choice([yes, "Y" if yes else "N", "TRUE" if yes else "FALSE", "Yes " if yes else "No", int(yes)])


def of_list(chance: Random, column: Column, text: str) -> Cell:
    sign = chance.choice(["; ", "\n", ",", " ,  "])
    parts = [part if chance.random() < 0.7 else other_case(chance, column, part) for part in text.split(", ")]
    return sign.join(parts)


def of_nothing(chance: Random, _column: Column, _text: str) -> Cell:
    return chance.choice(["-", "N/A", " ", "nil"])


BY_KIND: Mapping[Kind, Sequence[Callable[[Random, Column, str], Cell]]] = {
    Kind.TEXT: (spaces,),
    Kind.CODE: (spaces,),
    Kind.LINK: (spaces, other_case),
    Kind.ROWS: (spaces, of_list),
    Kind.TIME: (of_time,),
    Kind.DATE: (of_date,),
    Kind.DAY: (of_day,),
    Kind.WHOLE: (of_number,),
    Kind.DECIMAL: (of_number,),
    Kind.YES_NO: (of_yes_no,),
}


def dirty_cell(chance: Random, table: Table, column: Column, text: str) -> Cell:
    """A cell as somebody would have typed it, or a spreadsheet made of it."""
    if column.name == "code" and len(table.key) == 1 and chance.random() < 0.3:
        return chance.choice([text.lower(), f"'{text}"])
    if not text:
        is_link = column.kind in (Kind.LINK, Kind.ROWS, Kind.WHOLE) and not column.required
        return of_nothing(chance, column, text) if is_link and chance.random() < 0.2 else text
    ways = list(BY_KIND.get(column.kind, (spaces,)))
    if column.kind is Kind.CODE and column.link is not None and column.refers_to != table.name:
        ways.append(other_case)
    return chance.choice(ways)(chance, column, text)


def dirty_sheet(chance: Random, table: Table, rows: Sheet, share: float) -> Sheet:
    """A sheet with a share of its cells dirtied, among titles, gaps, duplicates and columns of no meaning."""
    columns = [table.by_name[name] for name in rows[0]]
    body = [
        [
            dirty_cell(chance, table, c, text) if chance.random() < share else text
            for c, text in zip(columns, row, strict=True)
        ]
        for row in rows[1:]
    ]
    for row in chance.sample(body, min(2, len(body))):
        body.insert(chance.randrange(len(body) + 1), list(row))
    headings: list[Cell] = [
        chance.choice([c.name, c.name.upper(), c.name.replace("_", " "), f"{c.name} *"]) for c in columns
    ]
    order = list(range(len(columns)))
    chance.shuffle(order)
    lines: Sheet = [[line[at] for at in order] for line in [headings, *body]]
    if chance.random() < 0.5:
        lines[0].append("Remarks")
        for line in lines[1:]:
            line.append(chance.choice(["", "", "see notice", 7]))
    for _gap in range(chance.randrange(3)):
        lines.insert(chance.randrange(1, len(lines) + 1), [])
    if chance.random() < 0.5:
        lines.insert(0, [f"LIST OF {table.name.upper()}, 2026-27"])
    return lines


def dirty_book(seed: int, sheets: Mapping[str, Sheet], share: float = 0.15) -> bytes:
    """The workbook of a seed: its sheets in another order, called almost as the tables are."""
    chance = Random(seed)
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    names = list(sheets)
    chance.shuffle(names)
    for name in names:
        title = chance.choice([name, name.upper(), name.capitalize(), f"{name} ", name.replace("_", " ")])
        sheet = book.create_sheet(title)
        for line in dirty_sheet(chance, BY_NAME[name], sheets[name], share):
            sheet.append([None if cell == "" else cell for cell in line])
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()
