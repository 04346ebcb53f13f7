"""A digest of the code behind a stage, so that TFX's cache sees an edit.

TFX's cache key has a stage's inputs and exec properties, not the code that it runs: after an edit yesterday's
model would come back. So every stage of ours carries `code_digest` as an exec property: the digest of all
sources of ours that its entry modules import, directly or not, at the top of a file or lazily in a function.
"""

import ast
import hashlib
import importlib.machinery
import importlib.util
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

PACKAGES: Final = ("models", "listening_log", "components", "serving", "tfx_pipeline")


def code_digest(*modules: str, packages: Sequence[str] = PACKAGES, path: Sequence[str] | None = None) -> str:
    """Returns 16 hex digits that change when a source in the import closure of `modules` does.

    Args:
        modules: dotted names of entry modules, e.g. "components.trainer.ranker".
        packages: top-level packages that are ours; other imports are pinned by the lock file.
        path: where to look for them; by default where `packages` are imported from.

    Raises:
        ModuleNotFoundError: an entry module does not exist.
    """
    digest = hashlib.sha256()
    for name, file in sorted(import_closure(*modules, packages=packages, path=path).items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def import_closure(
    *modules: str, packages: Sequence[str] = PACKAGES, path: Sequence[str] | None = None
) -> dict[str, Path]:
    """Returns the source file of each module of ours that `modules` need and of themselves, by name."""
    search = tuple(_roots(packages) if path is None else path)
    sources: dict[str, Path] = {}
    pending = list(modules)
    for name in modules:
        if _source(name, search) is None:
            raise ModuleNotFoundError(f"no source of module {name!r} among {', '.join(packages)}")
    while pending:
        name = pending.pop()
        file = _source(name, search) if name.partition(".")[0] in packages and name not in sources else None
        if file is None:
            continue
        sources[name] = file
        pending.extend(_parents(name))
        pending.extend(_imports(name, file))
    return sources


def _roots(packages: Sequence[str]) -> list[str]:
    """Returns the folders of our packages, also when an editable install maps them."""
    specs = [importlib.util.find_spec(package) for package in packages]
    places = [place for spec in specs if spec for place in spec.submodule_search_locations or ()]
    return list(dict.fromkeys(str(Path(place).parent) for place in places))


def _parents(name: str) -> Iterator[str]:
    """Yields the packages around a module: importing `a.b.c` runs the `__init__` of `a` and `a.b`."""
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def _imports(name: str, file: Path) -> Iterator[str]:
    """Yields every name that `file` may import; one that is no module (a function, say) finds no source."""
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    for node in _executed(ast.parse(file.read_bytes(), filename=str(file))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                anchor = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join(anchor + ([node.module] if node.module else []))
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """Yields all nodes of a tree except those under `if TYPE_CHECKING:`, which never run."""
    pending = [node]
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            pending.extend(node.orelse)
        else:
            pending.extend(ast.iter_child_nodes(node))


@lru_cache(maxsize=4096)
def _source(name: str, path: tuple[str, ...]) -> Path | None:
    """Returns the file of a module, without importing anything."""
    search: Sequence[str] | None = path
    spec = None
    parts = name.split(".")
    for depth in range(len(parts)):
        if search is None:
            return None
        spec = importlib.machinery.PathFinder.find_spec(".".join(parts[: depth + 1]), list(search))
        if spec is None:
            return None
        search = spec.submodule_search_locations
    return Path(spec.origin) if spec is not None and spec.origin and spec.origin.endswith(".py") else None
