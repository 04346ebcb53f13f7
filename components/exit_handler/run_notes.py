"""Notes that the stages of a run on a cluster leave for the exit handler: what became of each.

Kubeflow tells the exit handler that a run failed, not which stage nor why. So each stage's process leaves
`<folder of the run>/notes/<stage>.json`: that it started, then that it is done or the line that it failed with.
A stage whose note still says `start` at the end was killed. A cached stage leaves none.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final

from tfx.dsl.io import fileio

from components.common.stage_state import StageState

FOLDER: Final = "notes"


@dataclass(frozen=True)
class Note:
    """What became of one stage."""

    stage: str
    state: StageState
    """START, DONE or FAILED."""
    line: str = ""
    """Why it failed."""
    outputs: Mapping[str, str] = field(default_factory=dict)
    """Folders of its outputs, by name."""


def run_folder(stage: str, uri: str) -> str | None:
    """The folder of the run: Kubeflow puts outputs under `<folder of the run>/<stage>/…`; None elsewhere."""
    folder = uri.rpartition(f"/{stage}/")[0]
    return folder or None


def write(folder: str, note: Note) -> None:
    """Leaves a note, in place of an earlier one of the stage."""
    fileio.makedirs(f"{folder}/{FOLDER}")
    with fileio.open(f"{folder}/{FOLDER}/{note.stage}.json", "w") as file:
        file.write(json.dumps(asdict(note)))


def read(folder: str) -> dict[str, Note]:
    """Returns the notes of a run by stage; a note that cannot be read is passed over."""
    notes = {}
    for path in fileio.glob(f"{folder}/{FOLDER}/*.json"):
        try:
            with fileio.open(path, "r") as file:
                fields = json.loads(file.read())
            note = Note(**{**fields, "state": StageState(fields["state"])})
        except (ValueError, TypeError, KeyError):
            continue
        notes[note.stage] = note
    return notes
