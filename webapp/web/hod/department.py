"""The department for which a head speaks."""

from flask import abort

from webapp.models import Department
from webapp.web.navigation import me


def my_department() -> Department:
    """The department of the head who is signed in; 403 for whoever has none."""
    return me().department or abort(403)
