"""Docstrings can be read alone: whole phrases, and what is raised in a section. Names are nouns or verbs."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

TOPS = (
    "models",
    "listening_log",
    "components",
    "serving",
    "surfaces",
    "tfx_pipeline",
    "benchmarks",
    "scripts",
    "tests",
)
FILES = [path for top in TOPS for path in sorted((ROOT / top).rglob("*.py"))]
FRAGMENT = re.compile(r"(Likewise|Ditto|Of|As)\b|The same[,.]|\W*\w*\W*$")
"""A phrase that ends a sentence which begins elsewhere, or one word."""
INLINE_RAISES = re.compile(r"\b[Rr]aises? (an? |the )?\w*(Error|Exception)\b")

PARTICIPLE = re.compile(
    r"_*(asked|found|given|held|holds|made|meant|met|noted|parsed|taken|there|told)_*", re.IGNORECASE
)
"""A word that says what was done to a thing, not what it is: no name of a variable, a function or an argument."""


def docstrings(path: Path) -> Iterator[tuple[str, str]]:
    """Yields where each docstring of a file stands, of modules, classes, functions and fields, and its text."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        body = getattr(node, "body", [])
        for part in body if isinstance(body, list) else []:
            match part:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    yield f"{path.relative_to(ROOT)}:{part.lineno}", text.strip()


DOCSTRINGS = [entry for path in FILES for entry in docstrings(path)]


def test_a_docstring_is_no_fragment():
    assert [entry for entry in DOCSTRINGS if FRAGMENT.match(entry[1])] == []


def test_a_docstring_says_in_a_section_what_is_raised():
    assert [place for place, text in DOCSTRINGS if INLINE_RAISES.search(text)] == []


def names_bound(path: Path) -> Iterator[str]:
    """Yields where a file binds a name, and the name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case (
                ast.Name(id=name, ctx=ast.Store())
                | ast.arg(arg=name)
                | ast.Attribute(attr=name, ctx=ast.Store())
            ):
                yield f"{path.relative_to(ROOT)}:{node.lineno}: {name}"
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield f"{path.relative_to(ROOT)}:{node.lineno}: {name}"


def test_a_name_says_what_a_thing_is():
    bound = [entry for path in FILES for entry in names_bound(path)]
    assert [entry for entry in bound if PARTICIPLE.fullmatch(entry.rpartition(" ")[2])] == []
