"""Removes, when a run starts, what an earlier one that was killed has left half-done.

What a stage made counts once its execution is complete in the metadata. Everything else under
`HOME/artifacts` is of no use to anyone: TFX's cache never asks for it.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from components.pushed.pushed_models import PushedModels
from listening_log.errors import UserError
from tfx_pipeline.home.executions import execution_folders, execution_of, workplaces
from tfx_pipeline.home.layout import Home

# ml_metadata.proto.Execution.State, as it is stored
_RUNNING_STATES: Final = (1, 2)  # NEW, RUNNING
_COMPLETE: Final = 3
_CANCELED: Final = 6


def remove_unfinished_outputs(home: Home) -> list[str]:
    """Cleans a HOME that no run is under way in.

    Returns:
        The folders that were removed, relative to HOME.

    Raises:
        UserError: `metadata.db` is damaged.
    """
    complete = _settle(home.metadata)
    unfinished = [
        folder for folder in execution_folders(home.artifacts) if execution_of(folder) not in complete
    ]
    unfinished += workplaces(home.artifacts)
    for folder in unfinished:
        shutil.rmtree(folder, ignore_errors=True)
    for path in home.path.glob(".*.partial"):
        path.unlink(missing_ok=True)
    PushedModels(home.serving).sweep()
    return [str(folder.relative_to(home.path)) for folder in unfinished]


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
