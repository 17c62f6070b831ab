"""The shape of the house: arrows between the rooms run one way, and the web process stays light."""

import ast
import functools
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOLVERS = ("ortools", "numba")
ROLES = ("admin", "api", "auth", "faculty", "hod", "student")
BEYOND_THE_TRUTH = tuple(
    f"webapp.engine.{name}" for name in ("cpsat", "search", "solve", "explain", "repair", "nearby", "warmup")
)
SOLVING = (*SOLVERS, *BEYOND_THE_TRUTH, "webapp.tasks")
MOST_LINES_OF_FILE = 500
MOST_LINES_OF_FUNCTION = 60
MOST_LINES_OF_LOOP = 120  # the search loop reads from top to bottom
MOST_LINES_OF_CHAINS = 180  # and the loop of chains, whose nine states follow one another in one place
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
    *((room, SOLVING, "nothing but tasks loads the solver") for room in ("webapp/demo", "webapp/models")),
    *(
        (room, (*SOLVERS, *BEYOND_THE_TRUTH), "nothing but tasks loads the solver")
        for room in ("worker.py", "webapp/commands")
    ),
    *(
        (f"webapp/services/{room}", ("webapp.engine",), "tables and files reach the engine through services/problem")
        for room in ("schema", "imports", "reference")
    ),
    ("webapp/tasks", ("webapp.web",), "what a worker runs knows no screens"),
    ("webapp/app.py", SOLVING, "the web process does not load the solver"),
    ("webapp/web", SOLVING, "the web process does not load the solver"),
    *((f"webapp/web/{role}", ("sqlalchemy",), "a view asks a service") for role in ROLES),
)
# Where the engine's truth is spoken; what else the product does asks these.
DOORS = (
    *(f"webapp/services/{room}/" for room in ("problem", "editor", "checks", "reports", "timetables")),
    "webapp/services/shared/rule_defaults.py",
    "webapp/services/jobs/lease.py",  # when a run's process is killed follows from when the engine gives it up
)
MOST_ENTRIES_OF_FOLDER = 19
LONGEST_TEMPLATE_LINE = 160
NAMES_IN_ING = {
    "webapp/engine/matching.py": "a matching is a set of pairs, in graph theory",
    "webapp/engine/search/annealing.py": "simulated annealing is the method's name",
    "webapp/services/timetables/publishing.py": "the step of the path: import, check, ..., publish",
    "webapp/web/admin/timetables/publishing.py": "the page of that step",
    "webapp/web/admin/data/mapping.py": "a mapping says which column is what",
    **{
        f"webapp/engine/sectioning/{name}.py": "sectioning is the field's name for giving students their classes"
        for name in ("__init__", "arrays", "compile", "rolls", "section", "students")
    },
}


@functools.cache
def tree_of(path: Path) -> ast.Module:
    """A module as it is written; every guard reads the same."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    """The absolute dotted names that a module imports, anywhere in it, with their lines."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(tree_of(path)):
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


@pytest.mark.parametrize(
    "package",
    ["webapp", "webapp/engine", "webapp/services/schema", "webapp/services/imports", "webapp/services/reference"],
)
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
        loops = {"kernel.py": MOST_LINES_OF_LOOP, "chain_kernel.py": MOST_LINES_OF_CHAINS}
        most = loops.get(path.name, MOST_LINES_OF_FUNCTION)
        for node in ast.walk(tree_of(path)):
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


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def loaded_at_once(body: list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports that run when the module does: not those of functions, nor what only a type checker reads."""
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif not isinstance(node, ast.FunctionDef | ast.If) or (
            isinstance(node, ast.If) and "TYPE_CHECKING" not in ast.unparse(node.test)
        ):
            for part in ("body", "orelse", "handlers", "finalbody"):
                yield from loaded_at_once(getattr(node, part, []))


def circles_of(graph: dict[str, set[str]]) -> list[list[str]]:
    """Modules that each lead to all the others of their list: what is left when leaves and roots are taken off."""

    def reached_from(start: str) -> set[str]:
        seen, todo = set(), [start]
        while todo:
            new = graph[todo.pop()] - seen
            seen |= new
            todo += new
        return seen

    reached = {name: reached_from(name) for name in graph}
    rings = {frozenset(other for other in reached[name] if name in reached[other]) for name in graph}
    return sorted(sorted(ring) for ring in rings if ring)


def test_no_import_runs_in_a_circle():
    modules = {module_of(path): path for path in files_of("webapp")}
    graph: dict[str, set[str]] = {}
    for name, path in modules.items():
        graph[name] = set()
        for node in loaded_at_once(tree_of(path).body):
            base = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                target = base + alias.name
                graph[name] |= {target if target in modules else target.rpartition(".")[0]} & set(modules)
        graph[name].discard(name)
    assert circles_of(graph) == []
    assert circles_of({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]


def test_modules_and_folders_are_nouns():
    verbs = {
        str(path.relative_to(ROOT))
        for path in files_of("webapp")
        if any(part.endswith("ing") for part in path.relative_to(ROOT).with_suffix("").parts)
    }
    assert verbs == set(NAMES_IN_ING)


ACROSS_ROOMS = ("test_main", "test_round_trip")
"""Tests of a way through several rooms, from a form through an export into an import."""


def test_the_tests_mirror_the_tree():
    """`jobs/lease.py` is tested in `jobs/test_lease.py`, a folder as a whole in a file of its name."""
    elsewhere = []
    for path in (path for room in ("services", "commands", "tasks", "demo") for path in files_of(f"tests/{room}")):
        what = path.stem.removeprefix("test_")
        mirrored = ROOT / "webapp" / path.parent.relative_to(ROOT / "tests") / f"{what}.py"
        is_known = mirrored.exists() or what == path.parent.name or (ROOT / f"{what}.py").exists()
        if path.stem != what and not is_known and path.stem not in ACROSS_ROOMS:
            elsewhere.append(str(path.relative_to(ROOT)))
    assert elsewhere == []


def test_no_file_of_tests_is_too_long_to_read():
    long = {str(path.relative_to(ROOT)) for path in files_of("tests") if path.read_text("utf-8").count("\n") > 600}
    assert long == set()


def test_no_folder_is_a_drawer():
    """A reader sees a folder at a glance; the engine's rules and constraints are lists, one file an item."""
    entries: dict[Path, set[str]] = {}
    for path in files_of("webapp"):
        for place in (path, *path.parents):
            if place.is_relative_to(ROOT / "webapp") and place.name != "__init__.py":
                entries.setdefault(place.parent.relative_to(ROOT), set()).add(place.name)
    drawers = {str(folder): len(names) for folder, names in entries.items() if len(names) > MOST_ENTRIES_OF_FOLDER}
    assert {folder: size for folder, size in drawers.items() if not folder.startswith("webapp/engine")} == {}


def test_no_package_only_passes_on_what_its_modules_have():
    facades = []
    for path in files_of("webapp"):
        body = tree_of(path).body
        passed_on = [node for node in body if isinstance(node, ast.ImportFrom)]
        own = [node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        if path.name == "__init__.py" and passed_on and not own and path.parent.parent.name == "services":
            facades.append(str(path.relative_to(ROOT)))
    assert facades == []


def test_the_engine_is_reached_through_its_doors():
    past = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for room in ("services", "web", "commands", "demo")
        for path in files_of(f"webapp/{room}")
        if not path.relative_to(ROOT).as_posix().startswith(DOORS)
        for name, line in imports_of(path)
        if is_within(name, ("webapp.engine",))
    ]
    assert past == []


def test_no_public_class_name_means_two_things():
    places: dict[str, list[str]] = {}
    for path in files_of("webapp"):
        for node in tree_of(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_no_line_of_a_template_runs_out_of_sight():
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / "webapp/templates").rglob("*.html"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > LONGEST_TEMPLATE_LINE
    ]
    assert long == []


USED_FROM_OUTSIDE = {
    "forget_boards": "tests begin with none in memory",
    "_query_items": "Flask-SQLAlchemy's pagination calls it",
    "_query_count": "Flask-SQLAlchemy's pagination calls it",
    "collect": "Prometheus calls it",
}
CALLED_BY_NAME = ("_read_", "validate_", "visit_")


def test_no_function_and_no_class_is_left_that_nobody_uses():
    """What is named once in all of the product is only defined; views, commands and hooks are called by Flask."""
    texts = [
        path.read_text(encoding="utf-8")
        for room in ("webapp", "worker.py", "wsgi.py", "gunicorn.conf.py")
        for path in files_of(room)
    ]
    texts += [path.read_text(encoding="utf-8") for path in (ROOT / "webapp/templates").rglob("*.html")]
    named = Counter(name for text in texts for name in re.findall(r"\w+", text))
    unused = {
        node.name
        for path in files_of("webapp")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and named[node.name] == 1
        and not node.name.startswith(("__", *CALLED_BY_NAME))
        and not any(re.match(r"bp\.|click\.|event\.", ast.unparse(hook)) for hook in node.decorator_list)
    }
    assert unused == set(USED_FROM_OUTSIDE)


ENDS_OF_A_TRANSACTION = {f"{owner}.{end}" for owner in ("db.session", "transaction") for end in ("commit", "rollback")}
OWN_TRANSACTIONS = {
    "webapp/services/shared/transaction.py": "the edge's own words for it",
    "webapp/services/jobs/requests.py": "what is handed to Redis after a commit is noted in one of its own",
}


def test_services_leave_the_commit_to_the_edge():
    ending = {
        path.relative_to(ROOT).as_posix()
        for path in files_of("webapp/services")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ENDS_OF_A_TRANSACTION
    }
    taken = {
        path.relative_to(ROOT).as_posix()
        for path in files_of("webapp/services")
        for name, _line in imports_of(path)
        if name in ("webapp.services.shared.transaction.commit", "webapp.services.shared.transaction.rollback")
    }
    assert ending | taken == set(OWN_TRANSACTIONS)
