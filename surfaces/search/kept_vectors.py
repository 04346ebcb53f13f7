"""The vectors of a catalogue's texts, in a file that the next start reads: making them takes longer than all else."""

import hashlib
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from surfaces.common.text_vectors import TextVectors

FORMAT: Final = 1
"""A part of a file's name: vectors of another form are made anew."""

_LOG = logging.getLogger("upnext.surfaces")


def kept_vectors(texts: Sequence[str], vectors: TextVectors, folder: Path | None) -> npt.NDArray[np.float16]:
    """Reads the vectors [n, dimension] of texts, or makes them and keeps them; those of other texts are removed.

    A folder that can't be written, and a file that can't be read, cost the time alone.

    Args:
        texts: of all documents.
        vectors: that make them.
        folder: where the file lies; None for nowhere.
    """
    if folder is None:
        return vectors.embed(texts).astype(np.float16)
    path = folder / f"meaning-{FORMAT}-{_digest(texts)}.npy"
    try:
        kept = np.load(path, mmap_mode="r")
        if len(kept) == len(texts):
            return kept
    except (OSError, ValueError, EOFError):
        _LOG.info("the vectors of %d texts are made", len(texts))
    whole = vectors.embed(texts).astype(np.float16)
    try:
        _write(path, whole)
    except OSError as error:
        _LOG.warning("the vectors of texts are not kept: %s", error)
    return whole


def _write(path: Path, whole: npt.NDArray[np.float16]) -> None:
    """Writes a file aside, renames it, and removes the others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with staged.open("wb") as file:
            np.save(file, whole)
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)
    for other in path.parent.glob("meaning-*.npy"):
        if other != path:
            other.unlink(missing_ok=True)


def _digest(texts: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()[:24]
