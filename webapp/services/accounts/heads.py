"""Heads of department in bulk: read from lines or a file of department, name and e-mail, and invited all at once."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from webapp.extensions import db
from webapp.models import Department, Organization, Role, User
from webapp.services.accounts.bulk_accounts import BulkAccounts, new_user, store, users_by_email
from webapp.services.accounts.users import EmailInvalid, clean_email, email_taken
from webapp.services.imports.formats.books import read_book
from webapp.services.schema.values import did_you_mean
from webapp.services.shared.errors import Problem
from webapp.services.shared.optimistic_lock import lock
from webapp.services.shared.scoped import rows_of
from webapp.services.shared.words import _, ngettext

MOST_LINES = 1000
NAME_LENGTH_MAX = 200
SEPARATORS = "\t;,"


class HeadsRefused(Problem):
    """Some lines can't be used; the findings say which and why. Nothing was stored."""


@dataclass(frozen=True, slots=True)
class HeadLine:
    """One head as typed or sent: the department by code or name, and where it stands, in words."""

    place: str
    department: str
    name: str
    email: str


def lines_of_text(text: str) -> list[HeadLine]:
    """Read pasted lines of department, name and e-mail, with tabs, semicolons or commas between them."""
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        separator = next((sign for sign in SEPARATORS if sign in line), ",")
        rows.append((number, next(csv.reader([line], delimiter=separator), [])))
    return _lines(rows)


def lines_of_file(filename: str, content: bytes) -> list[HeadLine]:
    """Read the first sheet of a workbook or CSV that has an e-mail address in it; raises UploadRefused."""
    for sheet in read_book(filename, content).sheets:
        rows = [(row.number, [str(cell) for cell in row.cells]) for row in sheet.rows]
        if any("@" in cell for _number, cells in rows for cell in cells):
            return _lines(rows)
    raise HeadsRefused(_("%(file)s has no e-mail address in it.", file=filename[:100]))


def _lines(rows: Iterable[tuple[int, Sequence[str]]]) -> list[HeadLine]:
    """What stands in each row, given with its number; the rows before the first with an e-mail address are headings."""
    lines: list[HeadLine] = []
    for number, row in rows:
        cells = [cell.strip() for cell in row if cell.strip()]
        emails = [cell for cell in cells if "@" in cell]
        if not cells or (not lines and not emails):
            continue
        others = [cell for cell in cells if cell not in emails]
        department, name = (*others, "", "")[:2]
        lines.append(HeadLine(_("Line %(number)s", number=number), department, name, emails[0] if emails else ""))
    return lines


def make_heads(organization: Organization, lines: Sequence[HeadLine], actor: User) -> BulkAccounts:
    """Make each line's person the head of its department: all or nothing.

    A new address gets an account and an invitation; an account of the organisation gains the role, but keeps the
    department that it heads already. Raises HeadsRefused with a finding for each line that can't be used.
    """
    lock(organization)
    if not lines or len(lines) > MOST_LINES:
        raise HeadsRefused(
            _("Give one line for each head, with department, name and e-mail; %(most)s at most.", most=MOST_LINES)
        )
    departments = list(db.session.scalars(rows_of(organization, Department)))
    holders = users_by_email({line.email.lower() for line in lines})
    made, findings = BulkAccounts([], []), []
    with db.session.no_autoflush:
        for line in lines:
            try:
                _make_head(organization, _department_of(departments, line), line, holders, made)
            except Problem as problem:
                findings.append(f"{line.place}: {problem}")
    if findings:
        for user in made.extended:
            db.session.expire(user)
        raise HeadsRefused(
            ngettext(
                "%(num)d line can't be used; nothing was stored.",
                "%(num)d lines can't be used; nothing was stored.",
                len(findings),
            ),
            findings,
        )
    store(organization, made, Role.HOD, actor)
    return made


def _make_head(
    organization: Organization, department: Department, line: HeadLine, holders: dict[str, User], made: BulkAccounts
) -> None:
    if not line.email:
        raise EmailInvalid(_("There is no e-mail address."))
    email = clean_email(line.email)
    user = holders.get(email.lower())
    if user is None:
        user = holders[email.lower()] = new_user(organization, email, (line.name or email)[:NAME_LENGTH_MAX])
        made.created.append(user)
    elif user.organization_id != organization.organization_id:
        raise email_taken(email)
    elif Role.HOD in user.roles:
        if user.department_id == department.department_id:
            return
        raise HeadsRefused(_("%(email)s heads another department already, and an account heads one.", email=email))
    else:
        made.extended.append(user)
    user.roles |= {Role.HOD}
    user.department_id = department.department_id


def _department_of(departments: Sequence[Department], line: HeadLine) -> Department:
    """The department of that code or name, whatever its case; "Department of" may be left out."""
    word = line.department.casefold()
    for department in departments:
        name = department.name.casefold()
        if word and word in (department.code.casefold(), name, name.removeprefix("department of ")):
            return department
    known = [text for department in departments for text in (department.code, department.name)]
    raise HeadsRefused(
        _(
            "There is no department “%(name)s”%(hint)s.",
            name=line.department[:80],
            hint=did_you_mean(line.department, known),
        )
    )


def departments_with_heads(organization: Organization) -> list[tuple[Department, list[User]]]:
    """Every department by code, with the enabled accounts that head it."""
    heads: dict[int | None, list[User]] = {}
    for user in db.session.scalars(
        rows_of(organization, User).where(User.has_role(Role.HOD), User.is_enabled).order_by(sa.func.lower(User.name))
    ):
        heads.setdefault(user.department_id, []).append(user)
    departments = db.session.scalars(rows_of(organization, Department).order_by(Department.code))
    return [(department, heads.get(department.department_id, [])) for department in departments]
