"""Commands for operators and scripts, one file a subject, each with ``COMMANDS``, a tuple of click commands."""

from importlib import import_module
from pkgutil import iter_modules

from flask import Flask


def init_app(app: Flask) -> None:
    """Give the application every command."""
    for module in iter_modules(__path__):
        for command in getattr(import_module(f"{__name__}.{module.name}"), "COMMANDS", ()):
            app.cli.add_command(command)
