"""Where the QR code of a printed sheet leads: whether it is in force, and what has changed on it since."""

from flask import Response, abort, make_response, render_template
from flask.typing import ResponseReturnValue

from webapp.extensions import limiter
from webapp.services.views.printed_sheets import PrintedSheet, Standing, check_sheet, stored_text
from webapp.web.access import open_to_all
from webapp.web.public import bp
from webapp.web.public.codes import read_code

LOOKS = "60 per minute"
"""How often one address may look a sheet up; a corridor full of people is far below it."""


@bp.get("/sheet/<code>")
@open_to_all
@limiter.limit(LOOKS)
def sheet(code: str) -> ResponseReturnValue:
    check = check_sheet(_read(code))
    return _for_nobody_else(render_template("public/sheet.html", check=check, code=code, Standing=Standing))


@bp.get("/sheet/<code>/lines.txt")
@open_to_all
@limiter.limit(LOOKS)
def sheet_lines(code: str) -> ResponseReturnValue:
    answer = _for_nobody_else(stored_text(_read(code)))
    answer.mimetype = "text/plain"
    return answer


def _read(code: str) -> PrintedSheet:
    printed = read_code(code)
    if printed is None:
        abort(404)
    return printed


def _for_nobody_else(body: str) -> Response:
    """An answer that no search engine lists and no other page is told of."""
    answer = make_response(body)
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
