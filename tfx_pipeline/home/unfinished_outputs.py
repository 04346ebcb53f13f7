"""Removes, when a run starts, what an earlier one that was killed has left half-done.

What a stage made counts once its execution is complete in the metadata. Everything else under
`HOME/artifacts` is of no use to anyone: TFX's cache never asks for it.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from components.pushed.pushed_models import PushedModels
from listening_log.errors import UserError

METADATA_FILE: Final = "metadata.db"
# ml_metadata.proto.Execution.State, as it is stored
_RUNNING_STATES: Final = (1, 2)  # NEW, RUNNING
_COMPLETE: Final = 3
_CANCELED: Final = 6
_WORKPLACES: Final = (".temp", "stateful_working_dir")
_SYSTEM: Final = ".system"
_PARTIAL: Final = "*.partial"


def remove_leftovers(home: Path) -> list[str]:
    """Cleans a HOME that no run is under way in.

    Args:
        home: its folder.

    Returns:
        The folders that were removed, relative to `home`.

    Raises:
        UserError: `metadata.db` is damaged.
    """
    complete = _settle(home / METADATA_FILE)
    removed = []
    for folder, execution in _folders_of_executions(home / "artifacts"):
        if execution not in complete:
            shutil.rmtree(folder, ignore_errors=True)
            removed.append(str(folder.relative_to(home)))
    for path in [*home.glob(_PARTIAL), *home.glob(f".{_PARTIAL}")]:
        path.unlink(missing_ok=True)
    PushedModels(home / "serving").sweep()
    return removed


def _settle(metadata: Path) -> set[int]:
    """Notes executions that nobody runs any more as cancelled; returns the ids of those that are complete."""
    if not metadata.exists():
        return set()
    try:
        with closing(sqlite3.connect(metadata, timeout=10.0)) as database:
            (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict.strip().replace("\n", ": "))
            if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'Execution'").fetchone():
                return set()
            with database:
                database.execute(
                    f"UPDATE Execution SET last_known_state = {_CANCELED} WHERE last_known_state IN {_RUNNING_STATES}"
                )
            rows = database.execute(f"SELECT id FROM Execution WHERE last_known_state = {_COMPLETE}")
            return {execution for (execution,) in rows}
    except sqlite3.OperationalError as error:  # busy, read-only, full: the file itself may be sound
        raise UserError(f"cannot use {metadata}: {error}") from error
    except sqlite3.DatabaseError as error:
        raise UserError(
            f"{metadata} is damaged ({error}): move it away, and the next run makes every stage anew; "
            "what is served stays"
        ) from error


def _folders_of_executions(artifacts: Path) -> Iterator[tuple[Path, int | None]]:
    """The folders `<stage>/<output>/<execution id>/`, and those where TFX and Beam work meanwhile."""
    for stage in _folders(artifacts):
        for group in [*_folders(stage), *_folders(stage / _SYSTEM)]:
            if group.name in _WORKPLACES:
                yield from ((path, None) for path in _folders(group))
            elif not group.name.startswith("."):
                yield from ((path, int(path.name)) for path in _folders(group) if path.name.isdecimal())


def _folders(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
