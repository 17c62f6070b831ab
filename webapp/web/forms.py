"""The base of every form."""

from flask_wtf import FlaskForm


class PageForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A form of a page: Flask-WTF's, with its token against forgery."""
