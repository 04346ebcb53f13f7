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

from listening_log.storage import atomic
from tfx_pipeline.home import executions


@dataclass(frozen=True)
class ChangedOutput:
    """An execution whose outputs are no longer what they were."""

    stage: str
    execution: int
    difference: str
    """The first file that differs, relative to the stage's folder, and how."""


def write_manifests(output_uris: Iterable[str]) -> None:
    """Writes files through to the disk and notes them, for the outputs `<stage>/<output>/<execution>`.

    The metadata outlives a loss of power; what it says is there must do so too.
    """
    files: dict[Path, dict[str, list[int]]] = {}
    for folder in map(Path, output_uris):
        status_of = files.setdefault(executions.manifest(folder), {})
        for path in _files(folder):
            atomic.sync(path)
            status_of[str(path.relative_to(folder.parents[1]))] = _size_and_time(path)
    for manifest, status_of in files.items():
        manifest.parent.mkdir(exist_ok=True)
        atomic.write_text(manifest, json.dumps(status_of))


def remove_changed(artifacts: Path) -> list[ChangedOutput]:
    """Removes the outputs of executions that have changed since they were noted, so that they are made anew.

    Executions whose folders are gone altogether were tidied away: only their notes go.
    """
    changed = []
    for manifest in executions.manifests(artifacts):
        folders = executions.outputs_of(manifest)
        difference = _difference(manifest) if folders else ""
        if difference:
            stage = manifest.parents[1].name
            changed.append(ChangedOutput(stage, int(manifest.stem), difference))
            for folder in folders:
                shutil.rmtree(folder, ignore_errors=True)
        if difference or not folders:
            manifest.unlink(missing_ok=True)
    return changed


def _difference(manifest: Path) -> str:
    try:
        status_before: dict[str, list[int]] = json.loads(manifest.read_text())
    except ValueError:
        return f"{manifest.name}: not a note"
    for name, before in status_before.items():
        try:
            now = _size_and_time(manifest.parents[1] / name)
        except OSError:
            return f"{name}: missing"
        if now[0] != before[0]:
            return f"{name}: {now[0]:,} bytes in place of {before[0]:,}"
        if now != before:
            return f"{name}: written to since"
    return ""


def _files(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        yield from (Path(parent, name) for name in names)


def _size_and_time(path: Path) -> list[int]:
    status = path.lstat()
    return [status.st_size, status.st_mtime_ns]
