"""The page's files, which ship inside the package and are read once."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import PurePath
from typing import Final

PAGE: Final = "index.html"
TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
"""The media types of the files that are served, by the ends of their names."""


@dataclass(frozen=True)
class PageFile:
    """A file as it is answered."""

    content: bytes
    media_type: str

    @property
    def tag(self) -> str:
        """The file's ETag, which changes with its content."""
        return f'"{hashlib.sha256(self.content).hexdigest()[:20]}"'


def read_page_files() -> dict[str, PageFile]:
    """Reads the files of the page, by their names."""
    return {
        entry.name: PageFile(entry.read_bytes(), TYPES[PurePath(entry.name).suffix])
        for entry in (files(__package__) / "static").iterdir()
        if PurePath(entry.name).suffix in TYPES
    }
