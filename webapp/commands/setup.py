"""The token with which the first organisation is made in a browser: printed at the start of the web, and by command."""

import sys

import click
import structlog
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from webapp.commands.options import report_problems
from webapp.services.accounts import first_run
from webapp.services.shared import transaction

log = structlog.get_logger(__name__)


@click.command("setup-token")
@with_appcontext
@report_problems
def setup_token() -> None:
    """Print a new token to set up an empty installation at /setup; tokens printed before no longer work."""
    token = first_run.replace_tokens()
    transaction.commit()
    click.echo(token)


def is_development_server() -> bool:
    """Whether `flask run` loads the application; of the command's own processes only one prints a token."""
    context = click.get_current_context(silent=True)
    return context is not None and context.info_name == "run"


def announce(app: Flask) -> None:
    """Print where and with which token an empty installation is set up; nothing once there is an organisation."""
    with app.app_context():
        try:
            token = first_run.token_at_start()
            transaction.commit()
        except SQLAlchemyError as error:  # no server, or not migrated yet: /ready says so, and the web starts anyway
            transaction.rollback()
            log.warning("no setup token could be drawn", error=str(error).splitlines()[0])
            return
    if token is not None:
        address = app.config["TIMELOOM_WEB_ADDRESS"] or "this server's address"
        hours = first_run.TOKEN_LIFETIME.total_seconds() // 3600
        print(
            f"\nTimeloom has no organisation yet. Open /setup at {address} and give this token,\n"
            f"which works once, within {hours:.0f} hours:\n\n    {token}\n",
            file=sys.stderr,
            flush=True,
        )


COMMANDS = (setup_token,)
