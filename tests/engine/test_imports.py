"""Modules of the engine import each other in one direction, also where a function does the importing."""

import ast
from pathlib import Path

import webapp.engine as package

ROOT = Path(package.__path__[0])


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT.parents[1]).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path, known: set[str]) -> set[str]:
    """The modules that one names in its imports, inside of functions as well."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            names |= {full if (full := f"{module}.{alias.name}") in known else module for alias in node.names}
    return names & known


def test_no_module_imports_itself_by_way_of_others():
    files = {_name(path): path for path in ROOT.rglob("*.py")}
    rest = {name: _imports(path, set(files)) for name, path in files.items()}
    while free := {name for name, imported in rest.items() if not imported & rest.keys()}:
        rest = {name: imported for name, imported in rest.items() if name not in free}
    assert not rest, f"these stand in or behind a circle of imports: {sorted(rest)}"
