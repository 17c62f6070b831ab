"""Translation with a type: what `flask_babel.gettext` returns is text."""

from flask_babel import gettext


def _(message: str, **values: object) -> str:
    """The message in the reader's language, with the values filled in."""
    return str(gettext(message, **values))
