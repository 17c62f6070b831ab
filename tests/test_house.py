"""The shape of the house: arrows between the rooms run one way, and the web process stays light."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOLVERS = ("ortools", "numba")
ROLES = ("admin", "api", "auth", "faculty", "hod", "student")
BEYOND_THE_TRUTH = tuple(
    f"webapp.engine.{name}" for name in ("cpsat", "search", "solve", "explain", "repair", "nearby")
)
SOLVING = (*SOLVERS, *BEYOND_THE_TRUTH, "webapp.tasks")
MOST_LINES_OF_FILE = 500
MOST_LINES_OF_FUNCTION = 60
MOST_LINES_OF_LOOP = 120  # the search loop reads from top to bottom
FRAMEWORK = ("flask", "flask_babel", "flask_login", "sqlalchemy", "redis", "rq", "psycopg2")

# Where | what may not be imported there | why
NEVER: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (
        "webapp/engine",
        (*FRAMEWORK, "webapp.models", "webapp.services", "webapp.web"),
        "the engine is a library of its own",
    ),
    (
        "webapp/engine",
        ("webapp.app", "webapp.config", "webapp.extensions", "webapp.tasks"),
        "the engine is a library of its own",
    ),
    *(
        (f"webapp/engine/{room}", (*SOLVERS, *BEYOND_THE_TRUTH), "the truth needs no solver")
        for room in ("rules", "instance.py", "solution.py", "timegrid.py", "evaluate.py", "alternatives.py")
    ),
    ("webapp/models", ("webapp.services", "webapp.engine", "webapp.tasks", "webapp.web"), "models know no steps"),
    ("webapp/services", (*SOLVING, "webapp.web"), "what the product does knows no screens, no solver"),
    ("webapp/tasks", ("webapp.web",), "what a worker runs knows no screens"),
    ("webapp/app.py", SOLVING, "the web process does not load the solver"),
    ("webapp/web", SOLVING, "the web process does not load the solver"),
    *((f"webapp/web/{role}", ("sqlalchemy",), "a view asks a service") for role in ROLES),
)


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    """The absolute dotted names that a module imports, anywhere in it, with their lines."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*start, *([node.module] if node.module else [])])
            yield from ((f"{module}.{alias.name}", node.lineno) for alias in node.names)


def files_of(room: str) -> list[Path]:
    place = ROOT / room
    return [place] if place.is_file() else sorted(place.rglob("*.py"))


def is_within(name: str, rooms: tuple[str, ...]) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


@pytest.mark.parametrize(("room", "forbidden", "why"), NEVER, ids=lambda value: value if isinstance(value, str) else "")
def test_no_arrow_runs_the_wrong_way(room, forbidden, why):
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}: {why}"
        for path in files_of(room)
        for name, line in imports_of(path)
        if is_within(name, forbidden)
    ]
    assert wrong == []


def test_every_arrow_names_a_room_that_exists():
    assert [room for room, _forbidden, _why in NEVER if not files_of(room)] == []


@pytest.mark.parametrize("package", ["webapp", "webapp/engine"])
def test_a_package_that_others_pass_through_is_empty(package):
    assert (ROOT / package / "__init__.py").read_text(encoding="utf-8").strip() == ""


def test_the_web_process_leaves_the_solvers_alone():
    program = (
        "import os, sys; from webapp.app import create_app; create_app();"
        f"print(sorted(set({(*SOLVERS, 'pandas')!r}) & set(sys.modules)))"
    )
    variables = {"DATABASE_URL": "postgresql://none/none", "REDIS_URL": "redis://none", "TIMELOOM_ENV": "test"}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=variables, capture_output=True, text=True)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


def test_no_file_and_no_function_outgrows_its_room():
    long = []
    for path in files_of("webapp"):
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > MOST_LINES_OF_FILE:
            long.append(f"{path.relative_to(ROOT)} has {text.count(chr(10))} lines")
        most = MOST_LINES_OF_LOOP if path.name == "kernel.py" else MOST_LINES_OF_FUNCTION
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= most:
                long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} is longer than {most} lines")
    assert long == []


@pytest.mark.parametrize("forbidden", ["|safe", "| safe", "<script>", "<style", " style=", "hx-on", "onclick=", "js:"])
def test_no_template_opens_a_door_to_injected_text(forbidden):
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / "webapp/templates").rglob("*.html"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if forbidden in line
    ]
    assert found == []
