"""The forms of signing in, of passwords and of tokens."""

from collections.abc import Sequence
from typing import Self
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from webapp.models import FeedKind
from webapp.services.accounts.passwords import PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN
from webapp.services.schema.values import EMAIL_LENGTH_MAX
from webapp.web.forms import PageForm

FEED_WORDS = {
    FeedKind.TEACHING: _l("My teaching"),
    FeedKind.STUDIES: _l("My studies"),
    FeedKind.ROOM: _l("A room"),
    FeedKind.GROUP: _l("A section"),
}
NEEDED = InputRequired(_l("This is needed."))
PLACES = ["UTC", *sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))]
"""Time zones as people know them, by a place: others are short names of old, or turned round ("Etc/GMT+5")."""
NEW_PASSWORD_HINT = _l(
    "At least %(least)d characters; a few words in a row are easy to remember and hard to guess.",
    least=PASSWORD_LENGTH_MIN,
)


class SignInForm(PageForm):
    email = StringField(_l("E-mail"), [NEEDED, Length(max=EMAIL_LENGTH_MAX)])
    password = PasswordField(_l("Password"), [NEEDED, Length(max=PASSWORD_LENGTH_MAX)])
    next = HiddenField()


class NewPasswordForm(PageForm):
    new = PasswordField(_l("New password"), [NEEDED], description=NEW_PASSWORD_HINT)
    again = PasswordField(
        _l("New password again"), [NEEDED, EqualTo("new", _l("The two new passwords are not the same."))]
    )


class ChangePasswordForm(PageForm):
    current = PasswordField(_l("Current password"), [NEEDED, Length(max=PASSWORD_LENGTH_MAX)])
    new = PasswordField(_l("New password"), [NEEDED], description=NEW_PASSWORD_HINT)
    again = PasswordField(
        _l("New password again"), [NEEDED, EqualTo("new", _l("The two new passwords are not the same."))]
    )


class TokenForm(PageForm):
    name = StringField(
        _l("Name of the new token"), [NEEDED, Length(max=200)], description=_l("Such as the program that will use it.")
    )


class CalendarLinkForm(PageForm):
    kind = SelectField(_l("Whose calendar"))
    code = StringField(
        _l("Code of the room or section"),
        [Length(max=64)],
        description=_l("Such as LH-1 or CSE-3A; nothing for your own classes."),
    )

    def offer(self, kinds: Sequence[FeedKind]) -> Self:
        """Offer these kinds of calendars."""
        self.kind.choices = [(kind.value, FEED_WORDS[kind]) for kind in kinds]
        return self


class SetupForm(PageForm):
    token = StringField(
        _l("Setup token"),
        [NEEDED, Length(max=200)],
        description=_l("The server printed it when it started; “flask setup-token” prints another."),
    )
    name = StringField(_l("Name of the university or college"), [NEEDED, Length(max=200)])
    code = StringField(
        _l("Its code"), [NEEDED, Length(max=64)], description=_l("A short one without spaces, such as BHU.")
    )
    timezone = SelectField(_l("Time zone"), choices=PLACES, default="UTC", description=_l("Where it teaches."))
    registrar = StringField(_l("Your name"), [NEEDED, Length(max=200)], description=_l("You become its registrar."))
    email = StringField(_l("Your e-mail"), [NEEDED, Length(max=EMAIL_LENGTH_MAX)])
    new = PasswordField(_l("Password"), [NEEDED], description=NEW_PASSWORD_HINT)
    again = PasswordField(_l("Password again"), [NEEDED, EqualTo("new", _l("The two passwords are not the same."))])
