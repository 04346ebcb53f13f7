"""The packages' imports: which may import which, and no circle between files or between folders."""

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import ROOT

MAY_IMPORT = {
    "models": set(),
    "listening_log": {"models"},
    "serving": {"models"},
    "components": {"models", "listening_log", "serving"},
    "surfaces": {"models", "listening_log", "serving"},
    "tfx_pipeline": {"models", "listening_log", "serving", "components", "surfaces"},
}


def modules(package: str) -> Iterator[tuple[str, Path]]:
    for path in (ROOT / package).rglob("*.py"):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        yield name.removesuffix(".__init__"), path


MODULES = {name: path for package in MAY_IMPORT for name, path in modules(package)}


def folder(module: str) -> str:
    return module if MODULES[module].name == "__init__.py" else module.rpartition(".")[0]


def imports(path: Path) -> set[str]:
    """The modules of ours that a file imports, at its top or in a function."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names & MODULES.keys()


GRAPH = {name: imports(path) - {name} for name, path in MODULES.items()}


def circle_in(graph: Mapping[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_only_those_that_it_may(package: str):
    imported = {
        other.partition(".")[0]
        for name, others in GRAPH.items()
        if name.partition(".")[0] == package
        for other in others
    }
    assert imported - {package} <= MAY_IMPORT[package]


def test_no_files_import_each_other_in_a_circle():
    # `from package import module` runs the package too, which doesn't make the package need the module
    files = {
        name: {other for other in others if MODULES[other].name != "__init__.py"}
        for name, others in GRAPH.items()
    }
    assert circle_in(files) == []


def test_no_folders_import_each_other_in_a_circle():
    folders: dict[str, set[str]] = {}
    for name, others in GRAPH.items():
        mine = folders.setdefault(folder(name), set())
        mine |= {folder(other) for other in others if not name.startswith(f"{other}.")} - {folder(name)}
    assert circle_in(folders) == []
