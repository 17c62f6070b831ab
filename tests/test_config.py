"""Settings are read once; what is wrong, missing or unknown is refused by name."""

import re
import tomllib
from pathlib import Path

import pytest

from webapp.config import DEVELOPMENT_SECRET, SETTINGS, VERSION, ConfigError, from_environment

ROOT = Path(__file__).parent.parent
GIVEN = {"DATABASE_URL": "postgresql://u:p@db/timeloom", "REDIS_URL": "redis://cache/0", "TIMELOOM_ENV": "test"}


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_the_driver_is_named_whatever_the_host_calls_postgresql(scheme):
    values = from_environment(GIVEN | {"DATABASE_URL": f"{scheme}://u:p@db/timeloom?sslmode=require"})
    assert values["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg2://u:p@db/timeloom?sslmode=require"


@pytest.mark.parametrize("missing", ["DATABASE_URL", "REDIS_URL"])
def test_a_missing_address_is_named(missing):
    with pytest.raises(ConfigError, match=f"{missing} is not set"):
        from_environment({name: value for name, value in GIVEN.items() if name != missing})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "sqlite:///x.db"),
        ("DATABASE_URL", "postgresql"),
        ("REDIS_URL", "http://cache"),
        ("TIMELOOM_ENV", "prod"),
        ("TIMELOOM_MAX_UPLOAD_MB", "0"),
        ("TIMELOOM_MAX_UPLOAD_MB", "12.5"),
        ("TIMELOOM_DEFAULT_SECONDS", "-3"),
        ("TIMELOOM_DEFAULT_SECONDS", "4"),
        ("TIMELOOM_DEFAULT_SECONDS", "21601"),
        ("TIMELOOM_DEFAULT_SECONDS", "²"),
        ("TIMELOOM_WEB_ADDRESS", "timetable.example.org"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_expected(name, value):
    with pytest.raises(ConfigError, match=f"{name}: expected "):
        from_environment(GIVEN | {name: value})


def test_a_refusal_does_not_show_a_password():
    with pytest.raises(ConfigError) as refusal:
        from_environment(GIVEN | {"DATABASE_URL": "mysql://u:hunter2@db/x"})
    assert "hunter2" not in str(refusal.value)


def test_an_unknown_setting_is_refused_with_the_one_that_was_meant():
    with pytest.raises(
        ConfigError, match=r"no setting TIMELOOM_DEFAULT_SECOND: did you mean TIMELOOM_DEFAULT_SECONDS\?"
    ):
        from_environment(GIVEN | {"TIMELOOM_DEFAULT_SECOND": "60"})


def test_an_unknown_setting_that_resembles_nothing_is_answered_with_the_known_ones():
    with pytest.raises(ConfigError, match="TIMELOOM_ENV"):
        from_environment(GIVEN | {"TIMELOOM_QQQQQQ": "1"})


@pytest.mark.parametrize("secret", ["", "short", DEVELOPMENT_SECRET])
def test_production_needs_a_long_secret_of_its_own(secret):
    with pytest.raises(ConfigError, match="SECRET_KEY"):
        from_environment(GIVEN | {"TIMELOOM_ENV": "production", "SECRET_KEY": secret})


def test_production_sends_cookies_by_tls_only_and_never_to_scripts():
    values = from_environment(GIVEN | {"TIMELOOM_ENV": "production", "SECRET_KEY": "k" * 32})
    assert values["SESSION_COOKIE_SECURE"] is True
    assert values["SESSION_COOKIE_HTTPONLY"] is True
    assert values["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert from_environment(GIVEN)["SESSION_COOKIE_SECURE"] is False


def test_production_is_what_it_is_unless_told_otherwise():
    with pytest.raises(ConfigError, match="SECRET_KEY"):
        from_environment({name: value for name, value in GIVEN.items() if name != "TIMELOOM_ENV"})


def test_an_empty_variable_is_as_good_as_none():
    assert from_environment(GIVEN | {"TIMELOOM_DEFAULT_SECONDS": ""})["TIMELOOM_DEFAULT_SECONDS"] == 120


def test_limits_are_kept_in_redis_by_socket_too():
    values = from_environment(GIVEN | {"REDIS_URL": "unix:///run/redis.sock?db=3"})
    assert values["RATELIMIT_STORAGE_URI"] == "redis+unix:///run/redis.sock?db=3"


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_stands_in_the_docs_with_its_meaning(setting):
    operating = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| `{setting.name}` \|.*$", operating, re.MULTILINE)
    assert row, f"docs/operating.md has no row for {setting.name}"
    assert setting.meaning in row.group()


def test_the_docs_name_no_setting_that_does_not_exist():
    known = {setting.name for setting in SETTINGS}
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        named = set(re.findall(r"\bTIMELOOM_[A-Z_]*[A-Z]\b", page.read_text(encoding="utf-8")))
        assert named <= known, f"{page.name} names {named - known}"


def test_the_version_is_the_same_everywhere():
    assert tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"] == VERSION
