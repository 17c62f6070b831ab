"""What gunicorn does beside serving: each web process that starts says how an empty installation is set up."""

from typing import Any

from webapp.commands.setup import announce


def post_worker_init(worker: Any) -> None:
    """Run once the process has loaded the application."""
    announce(worker.wsgi)
