"""The code on a printed sheet: whose sheet it is, its hash, and a signature that only this server makes."""

import hmac
import re
from base64 import urlsafe_b64encode
from hashlib import sha256

import segno
from flask import current_app, url_for
from markupsafe import Markup

from webapp.models import Timetable
from webapp.services.views.grid import Sheet, SheetKind
from webapp.services.views.printed_sheets import PrintedSheet, hash_of_sheet
from webapp.services.views.sheet_text import HASH_DIGITS
from webapp.web.navigation import public_address

PURPOSE = b"timeloom printed sheet 1:"
SIGNATURE = 16
"""Letters of the signature, 96 bits: nobody guesses one."""
LETTERS = {kind.value[:1] if kind is not SheetKind.STUDENT else "s": kind for kind in SheetKind}
_CODE = re.compile(
    rf"(\d{{1,10}})-([{''.join(LETTERS)}])(\d{{1,10}})(?:-d(\d{{1,10}}))?-([0-9a-f]{{{HASH_DIGITS}}})-([\w-]{{{SIGNATURE}}})"
)
QUIET_ZONE = 2
"""White modules around the code; the paper is white beyond them."""


def code_of(printed: PrintedSheet) -> str:
    """The code of a sheet, some forty letters that need no escape in an address."""
    letter = next(letter for letter, kind in LETTERS.items() if kind is printed.kind)
    viewer = f"-d{printed.department_id}" if printed.department_id is not None else ""
    said = f"{printed.timetable_id}-{letter}{printed.key}{viewer}-{printed.printed_hash}"
    return f"{said}-{_signature(said)}"


def read_code(code: str) -> PrintedSheet | None:
    """What a code says; None where it is none that was signed here."""
    match = _CODE.fullmatch(code)
    if match is None or not hmac.compare_digest(match[6], _signature(code.rpartition("-" + match[6])[0])):
        return None
    viewer = int(match[4]) if match[4] else None
    return PrintedSheet(int(match[1]), LETTERS[match[2]], int(match[3]), viewer, match[5])


def _signature(said: str) -> str:
    key = str(current_app.config["SECRET_KEY"]).encode()
    made = hmac.new(key, PURPOSE + said.encode(), sha256).digest()
    return urlsafe_b64encode(made).decode()[:SIGNATURE]


def hash_and_picture(timetable: Timetable, sheet: Sheet) -> tuple[str, Markup]:
    """The hash of a sheet, and the QR code that leads to the page which knows how the sheet stands."""
    shown = hash_of_sheet(timetable, sheet)
    shows = sheet.shows
    if shows is None:
        return shown, Markup()
    printed = PrintedSheet(timetable.timetable_id, shows.kind, shows.key, shows.department_id, shown)
    address = public_address(url_for("public.sheet", code=code_of(printed)))
    return shown, qr_code(address)


def qr_code(address: str) -> Markup:
    """An address of ours as a QR code to point a phone at, in SVG."""
    picture = segno.make(address, error="m", micro=False).svg_inline(
        border=QUIET_ZONE, omitsize=True, svgclass="sheet__qr", lineclass=None
    )
    return Markup(picture)  # noqa: S704 (made by segno of an address of ours)
