"""`run.json` in HOME: what the last run was asked for, and how it ended."""

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from components.common.record import Record
from listening_log.errors import UserError
from listening_log.storage import atomic
from tfx_pipeline.home.layout import RUN_FILE, Home


class RunRecord(Record):
    """The last run of a HOME; until it has ended, `exit_code` and `ended` are None.

    Attributes:
        data_dir: folder of the log's tables.
        spans: those of the log that were read, "" for a log without.
        only: the one stage that was to run, `index`, or None for all.
        config: all settings.
        parameters: of a compiled pipeline.
        exit_code: the command's.
        ended: "done", "refused by a gate", "stopped", or "failed: " and the reason.
    """

    FILE: ClassVar[str] = RUN_FILE

    data_dir: str
    spans: str = ""
    only: str | None = None
    config: Mapping[str, object] = {}
    parameters: Mapping[str, object] = {}
    exit_code: int | None = None
    ended: str | None = None

    def write(self, uri: str | Path) -> None:
        """Replaces the record in the folder `uri`, whole or not at all."""
        atomic.write_text(Path(uri) / self.FILE, json.dumps(self.as_json(), indent=2) + "\n")


def last_run(home: Home) -> RunRecord:
    """Reads what the last run was asked for.

    Raises:
        UserError: there was no run, or its record can't be read.
    """
    record = RunRecord.find(home.path)
    if record is None:
        raise UserError(f"{home.path} holds no run: run `upnext run --data DIR --home {home.path}` first")
    return record


def note_end(home: Home, exit_code: int, ended: str) -> None:
    """Notes how the run ended. A disk that is full must not hide why it failed."""
    with contextlib.suppress(OSError, UserError):
        last_run(home).model_copy(update={"exit_code": exit_code, "ended": ended}).write(home.path)


def kept_versions(home: Home) -> int | None:
    """How many versions of the models the last run was to keep; None where none is known to have run here."""
    try:
        keep = last_run(home).config["keep"]
    except (UserError, KeyError):  # models can be pushed from elsewhere
        return None
    versions = keep.get("versions") if isinstance(keep, dict) else None
    return max(1, versions) if isinstance(versions, int) else None
