"""An edit of a source changes the digests of the stages that need it, and of no other."""

from pathlib import Path

import pytest

from components.common.code_digest import code_digest, import_closure

SOURCES = {
    "ours/__init__.py": "",
    "ours/retrieval.py": "import numpy\nfrom ours import tower\n",
    "ours/tower.py": "WIDTH = 64\n",
    "ours/ranker.py": "def run():\n    from .blocks.attention import attend\n    return attend\n",
    "ours/blocks/__init__.py": "from ..names import X\n",
    "ours/blocks/attention.py": "def attend():\n    pass\n",
    "ours/names.py": "X = 1\n",
    "ours/hints.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import ours.tower\n",
    "ours/loop.py": "import ours.loop\nimport ours.retrieval as r\n",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in SOURCES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def closure(tree: Path, module: str) -> set[str]:
    return set(import_closure(module, packages=("ours",), path=[str(tree)]))


def digest(tree: Path, module: str) -> str:
    return code_digest(module, packages=("ours",), path=[str(tree)])


def test_a_from_import_of_a_module_is_followed(tree: Path) -> None:
    assert closure(tree, "ours.retrieval") == {"ours", "ours.retrieval", "ours.tower"}


def test_lazy_and_relative_imports_and_parent_packages_are_followed(tree: Path) -> None:
    assert closure(tree, "ours.ranker") == {
        "ours",
        "ours.ranker",
        "ours.blocks",
        "ours.blocks.attention",
        "ours.names",
    }


def test_imports_for_type_hints_alone_do_not_count(tree: Path) -> None:
    assert closure(tree, "ours.hints") == {"ours", "ours.hints"}


def test_circular_imports_end(tree: Path) -> None:
    assert closure(tree, "ours.loop") == {"ours", "ours.loop", "ours.retrieval", "ours.tower"}


def test_an_edit_changes_only_the_digests_of_what_needs_it(tree: Path) -> None:
    ranker, retrieval = digest(tree, "ours.ranker"), digest(tree, "ours.retrieval")
    (tree / "ours/names.py").write_text("X = 2\n")
    assert digest(tree, "ours.ranker") != ranker
    assert digest(tree, "ours.retrieval") == retrieval


def test_a_digest_does_not_depend_on_where_the_sources_lie(tree: Path, tmp_path_factory) -> None:
    other = tmp_path_factory.mktemp("elsewhere")
    for name, text in SOURCES.items():
        (other / name).parent.mkdir(parents=True, exist_ok=True)
        (other / name).write_text(text)
    assert digest(tree, "ours.ranker") == digest(other, "ours.ranker")


def test_an_unknown_entry_module_is_an_error(tree: Path) -> None:
    with pytest.raises(ModuleNotFoundError, match=r"ours\.absent"):
        digest(tree, "ours.absent")


def test_a_module_of_this_project_is_found() -> None:
    assert "models.names" in import_closure("models.request_features")
