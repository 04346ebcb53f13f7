"""Docstrings can be read alone: whole phrases, and what is raised in a section."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

TOPS = ("models", "listening_log", "components", "serving", "tfx_pipeline", "benchmarks", "scripts", "tests")
FILES = [path for top in TOPS for path in sorted((ROOT / top).rglob("*.py"))]
FRAGMENT = re.compile(r"(Likewise|Ditto|Of|As)\b|The same[,.]|\W*\w*\W*$")
"""A phrase that ends a sentence which begins elsewhere, or one word."""
INLINE_RAISES = re.compile(r"\b[Rr]aises? (an? |the )?\w*(Error|Exception)\b")


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
