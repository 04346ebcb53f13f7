"""A hidden folder to write in, whose files appear in their real place all at the end or not at all."""

import fcntl
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from listening_log.errors import UserError
from listening_log.storage.atomic import sync, sync_tree
from listening_log.tables.tables import TABLES

STAGING: Final = ".importing"


class Staging:
    """The folder `.importing` in `out`. Readers of a log pass over names that begin with a dot.

    What a killed process left of it is replaced; while another process writes in it, it is refused.
    """

    def __init__(self, out: Path) -> None:
        """Makes `out` if need be.

        Raises:
            UserError: it holds tables already or can't be written.
        """
        self.out = out
        self.folder = out / STAGING
        _refuse_tables(out)
        self._new_folders = _missing_folders(out)
        self._lock: int | None = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.folder, os.O_RDONLY)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for leftover in self.folder.iterdir():
                leftover.unlink()
        except BlockingIOError:
            self._unlock()
            raise UserError(f"{out}: another import is writing there") from None
        except OSError as error:
            self.discard()
            raise UserError(f"{out}: cannot be written ({error.strerror or error})") from error

    def publish(self, names: Sequence[str]) -> None:
        """Moves the files `names` to `out`, in that order, and removes the folder.

        Raises:
            OSError: a file can't be moved; none is then in `out`.
        """
        sync_tree(self.folder)
        moved: list[Path] = []
        try:
            for name in names:
                moved.append((self.folder / name).rename(self.out / name))
            sync(self.out)
        except BaseException:
            for path in moved:
                path.unlink(missing_ok=True)
            raise
        self._new_folders = []
        self.discard()

    def discard(self) -> None:
        """Removes the folder with all in it, and the folders that were made to hold it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        with suppress(OSError):  # someone else put something there
            for folder in self._new_folders:
                folder.rmdir()
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _refuse_tables(out: Path) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise UserError(f"{out}: is a file; name a folder for the tables")
    try:
        names = sorted(path.name for path in out.iterdir())
    except OSError as error:
        raise UserError(f"{out}: cannot be read ({error.strerror or error})") from error
    # "_" too: `events_01.csv` is a part of a table.
    starts = (*TABLES, "span-")
    table = next((name for name in names if name.startswith(starts)), None)
    if table:
        hint = f"; name {out}/span-N to add a span" if table.startswith("span-") else ""
        raise UserError(f"{out}: holds tables already ({table}); name a new or an empty folder{hint}")


def _missing_folders(out: Path) -> list[Path]:
    """The folders on the way to `out` that aren't there yet, the innermost first."""
    return [folder for folder in (out, *out.parents) if not folder.exists()]
