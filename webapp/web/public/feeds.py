"""The calendars that programs subscribe to: whoever has the link has the calendar, and nothing else."""

from hashlib import sha256

from flask import Response, request
from flask.typing import ResponseReturnValue

from webapp.extensions import limiter
from webapp.services.accounts.tokens import note_use
from webapp.services.shared import transaction
from webapp.services.views.calendar_links import open_link
from webapp.web.access import open_to_all
from webapp.web.public import bp

LOOKS = "120 per minute"
"""How often one address may ask; programs ask every quarter of an hour at most."""
CALENDAR = "text/calendar"
FRESH_SECONDS = 900


@bp.get("/calendar/<secret>.ics")
@open_to_all
@limiter.limit(LOOKS)
def feed(secret: str) -> ResponseReturnValue:
    token, body = open_link(secret)
    if note_use(token):
        transaction.commit()
    answer = calendar_answer(body, "timetable.ics")
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Cache-Control"] = f"private, max-age={FRESH_SECONDS}"
    return answer


def calendar_answer(body: bytes, name: str) -> Response:
    """A calendar file as an answer; 304 to who has it already."""
    answer = Response(body, mimetype=CALENDAR)
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    answer.set_etag(sha256(body).hexdigest()[:32])
    answer.make_conditional(request)
    return answer
