"""What every command shares: its faults are lines on standard error with exit code 2, never a traceback."""

import re
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from webapp.extensions import QueueUnavailable, db
from webapp.models import Organization, Term
from webapp.services.schema.calendar import TERM
from webapp.services.shared import transaction
from webapp.services.shared.errors import NotFound, Problem
from webapp.services.terms.selection import find_term

P = ParamSpec("P")
R = TypeVar("R")

BAD_INPUT = 2
FOLDER_OR_FILE = click.Path(path_type=Path)
SEMESTERS = click.IntRange(TERM.by_name["semester"].least, TERM.by_name["semester"].most)


def report_problems(command: Callable[P, R]) -> Callable[P, R]:
    """Turn what the path refuses into lines on standard error and exit code 2."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except Problem as problem:
            lines = [str(problem), *problem.findings]
        except QueueUnavailable as error:
            lines = [str(error)]
        except OperationalError as error:
            lines = [f"The database does not answer: {_first_line(error)}."]
        except ProgrammingError as error:
            lines = [f"The database is not at the version of this program (flask db upgrade): {_first_line(error)}."]
        transaction.rollback()
        click.echo("\n".join(dict.fromkeys(lines)), err=True)
        sys.exit(BAD_INPUT)

    return run


def _first_line(error: OperationalError | ProgrammingError) -> str:
    return str(error.orig).strip().splitlines()[0].rstrip(".") if error.orig else "no reason given"


def academic_year(_context: click.Context, _option: click.Parameter, text: str) -> str:
    """Check an academic year such as 2024-25; 2024-2025 and 2024/25 are understood."""
    match = re.fullmatch(r"((?:19|20|21)\d{2})[-/](?:\d{2})?(\d{2})", text, re.ASCII)
    if match is None or (int(match[1]) + 1) % 100 != int(match[2]):
        raise click.BadParameter(f"{text!r} is not an academic year such as 2024-25.")
    return f"{match[1]}-{match[2]}"


def in_term(command: Callable[P, R]) -> Callable[P, R]:
    """Add the options that name an organisation and a term of it."""
    for option in (
        click.option(
            "--semester",
            required=True,
            type=SEMESTERS,
            help="Number of the term in its year.",
        ),
        click.option("--year", required=True, callback=academic_year, help="Academic year, such as 2024-25."),
        click.option("--organization", required=True, metavar="CODE", help="Code of the organisation."),
    ):
        command = option(command)
    return command


def organization_of(code: str) -> Organization:
    """The organisation of that code; raises `NotFound`."""
    organization = db.session.query(Organization).filter_by(code=code).one_or_none()
    if organization is None:
        raise NotFound(f"There is no organisation {code}. Make it with: flask create-organization {code} NAME.")
    return organization


def term_of(code: str, year: str, semester: int) -> tuple[Organization, Term]:
    """The organisation and its term; raises `NotFound`."""
    organization = organization_of(code)
    term = find_term(organization, year, semester)
    if term is None:
        raise NotFound(f"{code} has no semester {semester} of {year}.")
    return organization, term
