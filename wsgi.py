"""What gunicorn and the `flask` command load."""

import sys

from webapp.app import create_app
from webapp.commands.setup import announce, is_development_server
from webapp.config import ConfigError

try:
    app = create_app()
except ConfigError as error:
    print(f"timeloom: {error}", file=sys.stderr)
    sys.exit(3)  # at this status gunicorn gives up, instead of starting the next process that would fail

if is_development_server():  # gunicorn tells it for each process that starts: gunicorn.conf.py
    announce(app)
