"""The code in the guides: fenced blocks, and the file that the text before each says it belongs to."""

import re
from pathlib import Path
from typing import NamedTuple

from tests.conftest import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs/guide").glob("*.md"))]


class Block(NamedTuple):
    """A fenced block of a page."""

    page: Path
    line: int
    """Line of its fence in the page."""
    text: str
    file: str
    """The Python file that is named last before it since the block before; "" for none."""

    @property
    def name(self) -> str:
        """Page and line, as a test's name."""
        return f"{self.page.name}:{self.line}"

    @property
    def is_whole(self) -> bool:
        """Whether it is a script or module by itself, not a part of one."""
        return bool(re.search(r"^(from|import) ", self.text, re.MULTILINE))


def blocks(page: Path, language: str) -> list[Block]:
    """Returns the blocks of a page in one language, in their order."""
    text = page.read_text(encoding="utf-8")
    result, end = [], 0
    for match in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        files = re.findall(r"`([\w/]+\.py)`", text[end : match.start()])
        if match[1] == language:
            line = text.count("\n", 0, match.start()) + 1
            result.append(Block(page, line, match[2], files[-1] if files else ""))
        end = match.end()
    return result


def python_blocks() -> list[Block]:
    """Returns the Python blocks of all guides."""
    return [block for page in GUIDES for block in blocks(page, "python")]


def commands(page: Path) -> list[str]:
    """Returns the lines of a page's `sh` blocks, without comments."""
    lines = [line for block in blocks(page, "sh") for line in block.text.splitlines()]
    return [line.partition("  #")[0].strip() for line in lines if line.strip()]
