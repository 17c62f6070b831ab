"""Every environment variable, read once; what is wrong or unknown is refused at start, by name."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

VERSION = "0.1.0"
DEVELOPMENT_SECRET = "a secret for development and tests only"  # noqa: S105 - refused in production
PREFIX = "TIMELOOM_"
COMPRESSED = [
    *("text/html", "text/css", "text/javascript", "text/plain", "text/csv", "text/calendar"),
    *("application/json", "image/svg+xml"),
]
"""What is worth compressing: text. Fonts and workbooks are compressed as they are."""
LEAST_RUN_SECONDS, MOST_RUN_SECONDS = 5, 6 * 3600
"""How long a generation may take: the bounds of the setting, of forms, commands, the API and the database."""


class ConfigError(Exception):
    """A setting is missing, wrong or unknown; the message names it and says what is expected."""


@dataclass(frozen=True)
class Setting:
    """One environment variable: its name, its meaning, what it is when absent, and how its text is read."""

    name: str
    meaning: str
    default: str | None
    read: Callable[[str], Any]


def _text(raw: str) -> str:
    return raw


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(raw: str) -> str:
        if raw not in allowed:
            raise ValueError(f"expected {', '.join(allowed[:-1])} or {allowed[-1]}")
        return raw

    return read


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(raw: str) -> int:
        if not raw.isascii() or not raw.isdigit() or not low <= int(raw) <= high:
            raise ValueError(f"expected a whole number from {low} to {high}")
        return int(raw)

    return read


def _address(raw: str) -> str:
    parts = urlsplit(raw)
    if raw and (parts.scheme not in ("http", "https") or not parts.netloc):
        raise ValueError("expected an address such as https://timetable.example.org")
    return raw.rstrip("/")


def database_url(raw: str) -> str:
    """Name the driver, which SQLAlchemy would choose otherwise; `postgres://` is what some hosts give."""
    scheme, separator, rest = raw.partition("://")
    if not separator or scheme not in ("postgres", "postgresql", "postgresql+psycopg2"):
        raise ValueError("expected postgresql://user:password@host/database (PostgreSQL is the only database)")
    return f"postgresql+psycopg2://{rest}"


def redis_url(raw: str) -> str:
    if raw.partition("://")[0] not in ("redis", "rediss", "unix"):
        raise ValueError("expected redis://, rediss:// or unix://")
    return raw


SETTINGS: tuple[Setting, ...] = (
    Setting("DATABASE_URL", "PostgreSQL, as postgresql://user:password@host/database", None, database_url),
    Setting("REDIS_URL", "Redis, which carries work to the workers", None, redis_url),
    Setting("SECRET_KEY", "signs sessions; at least 32 random characters, needed in production", "", _text),
    Setting(
        "TIMELOOM_ENV",
        "production, development (cookies without TLS, readable logs) or test",
        "production",
        _one_of("production", "development", "test"),
    ),
    Setting("TIMELOOM_WEB_ADDRESS", "the public address, for links that are sent to people", "", _address),
    Setting("TIMELOOM_PROXIES", "how many trusted proxies stand before the web process", "0", _whole(0, 5)),
    Setting(
        "TIMELOOM_STATEMENT_SECONDS", "the longest that one database statement of a page may take", "20", _whole(1, 600)
    ),
    Setting("TIMELOOM_MAX_UPLOAD_MB", "the largest file that may be uploaded", "20", _whole(1, 500)),
    Setting(
        "TIMELOOM_DEFAULT_SECONDS",
        "how long a generation may take unless told otherwise",
        "120",
        _whole(LEAST_RUN_SECONDS, MOST_RUN_SECONDS),
    ),
    Setting("TIMELOOM_METRICS_TOKEN", "the Bearer token of /metrics, which is closed without one", "", _text),
    Setting(
        "TIMELOOM_BENCHMARKS",
        "where the benchmark instances lie, for tests and `make bench`",
        "../shared/benchmarks",
        _text,
    ),
)


def from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """Read every setting, and refuse unknown ones; returns Flask's configuration. Raises ConfigError."""
    _refuse_unknown(environ)
    values = {setting.name: _read(setting, environ) for setting in SETTINGS}
    secure = values["TIMELOOM_ENV"] == "production"
    if secure and (len(values["SECRET_KEY"]) < 32 or values["SECRET_KEY"] == DEVELOPMENT_SECRET):
        raise ConfigError("SECRET_KEY must be at least 32 random characters (or set TIMELOOM_ENV=development).")
    values["SECRET_KEY"] = values["SECRET_KEY"] or DEVELOPMENT_SECRET
    return {
        **values,
        "VERSION": VERSION,
        "SQLALCHEMY_DATABASE_URI": values["DATABASE_URL"],
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": True, "pool_recycle": 1800},
        "MAX_CONTENT_LENGTH": values["TIMELOOM_MAX_UPLOAD_MB"] * 1024 * 1024,
        "SESSION_COOKIE_NAME": "timeloom",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": secure,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "PREFERRED_URL_SCHEME": "https" if secure else "http",
        "WTF_CSRF_TIME_LIMIT": None,  # a token lives as long as its session
        "WTF_CSRF_CHECK_DEFAULT": False,  # webapp/web/access.py asks for it, except where a Bearer token speaks
        "RATELIMIT_STORAGE_URI": values["REDIS_URL"].replace("unix://", "redis+unix://", 1),
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "RATELIMIT_HEADERS_ENABLED": True,
        "COMPRESS_ALGORITHM": ["br", "gzip"],
        "COMPRESS_ALGORITHM_STREAMING": ["br", "gzip"],
        "COMPRESS_MIMETYPES": COMPRESSED,
        "COMPRESS_MIN_SIZE": 1000,
    }


def _read(setting: Setting, environ: Mapping[str, str]) -> Any:
    raw = environ.get(setting.name) or setting.default
    if raw is None:
        raise ConfigError(f"{setting.name} is not set. It is {setting.meaning}.")
    try:
        return setting.read(raw)
    except ValueError as error:
        shown = "what it holds" if setting.name.endswith(("URL", "KEY", "TOKEN")) else repr(raw)
        raise ConfigError(f"{setting.name}: {error}, not {shown}.") from None


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = [setting.name for setting in SETTINGS]
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = (
                f"did you mean {close[0]}?"
                if close
                else f"known are {', '.join(n for n in known if n.startswith(PREFIX))}."
            )
            raise ConfigError(f"There is no setting {name}: {hint}")
