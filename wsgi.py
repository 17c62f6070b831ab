"""What gunicorn and the `flask` command load."""

import sys

from webapp.app import create_app
from webapp.config import ConfigError

try:
    app = create_app()
except ConfigError as error:
    print(f"timeloom: {error}", file=sys.stderr)
    sys.exit(3)  # at this status gunicorn gives up, instead of starting the next process that would fail
