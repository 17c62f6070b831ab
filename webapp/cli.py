"""The commands of `flask`, gathered from `webapp.commands`."""

from importlib import import_module
from pkgutil import iter_modules

from flask import Flask

from webapp import commands


def init_app(app: Flask) -> None:
    """Give the application every command."""
    for module in iter_modules(commands.__path__):
        for command in getattr(import_module(f"{commands.__name__}.{module.name}"), "COMMANDS", ()):
            app.cli.add_command(command)
