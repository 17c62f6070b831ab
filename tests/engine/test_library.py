"""The engine from outside: the example of docs/engine.md runs, and what is called public there is there."""

import re
import runpy
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE, SCRIPT = ROOT / "docs/engine.md", ROOT / "docs/examples/small_term.py"


def blocks(language: str) -> list[str]:
    """The code blocks of the page."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_the_example_runs_and_prints_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert blocks("python") == [SCRIPT.read_text(encoding="utf-8")]
    runpy.run_path(str(SCRIPT), run_name="__main__")
    assert [capsys.readouterr().out] == blocks("text")


def test_an_instance_takes_no_more_than_twenty_lines() -> None:
    body = SCRIPT.read_text(encoding="utf-8").partition('"""Two days')[2].partition("def main")[0]
    assert len(body.strip().splitlines()) - 1 <= 20


def test_every_public_name_is_there_and_says_what_it_is() -> None:
    rows = re.findall(r"^\| (`.*?`) \| (`.*?`) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    found = [
        (name, re.findall(r"`(.*?)`", modules)) for names, modules in rows for name in re.findall(r"`(.*?)`", names)
    ]
    assert len(found) > 30
    for name, modules in found:
        objects = [getattr(import_module(f"webapp.engine.{module}"), name, None) for module in modules]
        public = next(each for each in objects if each is not None)
        assert name == "RULES" or len(public.__doc__) > 20, name
