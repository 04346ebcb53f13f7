"""Notes what a finished stage has written, and finds out whether it is still so.

TFX's cache asks only whether an output's folder is there. A file in it that was cut short, overwritten or
removed would come to light stages later, if at all; so sizes and times of all files are noted once a stage has
finished, and compared when a run starts. (A disk that changes bytes without touching the time is not seen.)
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = ".manifests"


@dataclass(frozen=True)
class Changed:
    """An execution's outputs are no longer what they were."""

    stage: str
    execution: int
    what: str
    """The first file that differs, relative to the stage's folder, and how."""


def note(outputs: Iterable[str]) -> None:
    """Writes files through to the disk and notes them, for the outputs `<stage>/<output>/<execution id>`.

    The metadata outlives a loss of power; what it says is there must do so too.
    """
    found: dict[Path, dict[str, list[int]]] = {}
    for uri in outputs:
        folder = Path(uri)
        stage, execution = folder.parents[1], folder.name
        files = found.setdefault(stage / FOLDER / f"{execution}.json", {})
        for path in _files(folder):
            _sync(path)
            files[str(path.relative_to(stage))] = _seen(path)
    for place, files in found.items():
        place.parent.mkdir(exist_ok=True)
        staged = place.with_suffix(".partial")
        staged.write_text(json.dumps(files))
        _sync(staged)
        staged.replace(place)


def remove_changed(artifacts: Path) -> list[Changed]:
    """Removes the outputs of executions that have changed since they were noted, so that they are made anew.

    Executions whose folders are gone altogether were tidied away: only their notes go.
    """
    changed = []
    for place in sorted(artifacts.glob(f"*/{FOLDER}/*.json")):
        stage, execution = place.parents[1], place.stem
        folders = [path for path in stage.glob(f"[!.]*/{execution}") if path.is_dir()]
        what = _difference(stage, place) if folders else ""
        if what:
            changed.append(Changed(stage.name, int(execution), what))
            for folder in folders:
                shutil.rmtree(folder, ignore_errors=True)
        if what or not folders:
            place.unlink(missing_ok=True)
    return changed


def _difference(stage: Path, place: Path) -> str:
    try:
        noted: dict[str, list[int]] = json.loads(place.read_text())
    except ValueError:
        return f"{place.name}: not a note"
    for name, seen in noted.items():
        try:
            now = _seen(stage / name)
        except OSError:
            return f"{name}: missing"
        if now[0] != seen[0]:
            return f"{name}: {now[0]:,} bytes in place of {seen[0]:,}"
        if now != seen:
            return f"{name}: written to since"
    return ""


def _files(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        yield from (Path(parent, name) for name in names)


def _seen(path: Path) -> list[int]:
    told = path.lstat()
    return [told.st_size, told.st_mtime_ns]


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
