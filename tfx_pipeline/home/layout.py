"""HOME: the folder that holds all that runs leave, for one run at a time."""

import contextlib
import errno
import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from listening_log.errors import UserError

KEPT_LOGS: Final = 20
"""Newest logs of each command that stay."""

_HELD = (errno.EACCES, errno.EAGAIN)
_TMPDIR = "TMPDIR"


class Home:
    """Names the places in a HOME folder; nothing is made before `prepare`."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    @property
    def logs(self) -> Path:
        """Logs, one file a command and start."""
        return self.path / "logs"

    @property
    def run_file(self) -> Path:
        """What the last run was given, and how it ended."""
        return self.path / "run.json"

    @property
    def lock_file(self) -> Path:
        """Locked while a run is under way; holds its process id."""
        return self.path / ".lock"

    @property
    def forgotten_file(self) -> Path:
        """The listeners whom runs leave out (`listening_log.cleaning.forgotten`)."""
        return self.path / "forgotten.json"

    @property
    def temporary_files(self) -> Path:
        """What libraries put aside while a run is under way."""
        return self.path / ".tmp"

    @contextlib.contextmanager
    def temporary(self) -> Iterator[None]:
        """Has temporary files, of this process and of those it starts, in HOME; they go with the run.

        What a run that was killed has left there goes first: elsewhere nobody would know whose it is.
        """
        shutil.rmtree(self.temporary_files, ignore_errors=True)
        self.temporary_files.mkdir()
        before, kept = os.environ.get(_TMPDIR), tempfile.tempdir
        os.environ[_TMPDIR] = tempfile.tempdir = str(self.temporary_files.resolve())
        try:
            yield
        finally:
            tempfile.tempdir = kept
            os.environ.pop(_TMPDIR)
            if before is not None:
                os.environ[_TMPDIR] = before
            shutil.rmtree(self.temporary_files, ignore_errors=True)

    def prepare(self) -> None:
        """Makes the folder. Raises UserError where that can't be, or it can't be written to."""
        try:
            self.logs.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"cannot make {self.logs}: {error.strerror}; give another --home") from None
        for folder in (self.path, self.logs):
            if not os.access(folder, os.W_OK | os.X_OK):
                raise UserError(f"cannot write to {folder}; give another --home, or change its permissions")

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the HOME for one run; the lock goes with the process, however that ends.

        Raises:
            UserError: another run holds it.
        """
        try:
            lock = self.lock_file.open("a+", encoding="ascii")
        except OSError as error:
            raise UserError(
                f"cannot write to {self.lock_file}: {error.strerror}; give another --home"
            ) from None
        with lock:
            try:
                fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno not in _HELD:
                    raise UserError(f"cannot lock {self.lock_file}: {error.strerror}") from None
                lock.seek(0)
                holder = lock.read().strip() or "unknown"
                raise UserError(
                    f"another run (process {holder}) is under way in {self.path}; "
                    "wait for it, or give another --home"
                ) from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    def new_log(self, command: str) -> Path:
        """A log file for a command that starts now; the oldest ones of that command go."""
        earlier = sorted(self.logs.glob(f"{command}-*.log"))
        for path in earlier[: max(0, len(earlier) - KEPT_LOGS + 1)]:
            path.unlink(missing_ok=True)
        return self.logs / f"{command}-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"

    def data_dir(self) -> Path:
        """The data directory of the last run. Raises UserError where there was no run."""
        return Path(self._last_run()["data_dir"])

    def spans(self) -> str:
        """The spans that the last run read, "" for a log without. Raises UserError where there was no run."""
        return str(self._last_run()["spans"])

    def _last_run(self) -> dict[str, Any]:
        try:
            told: dict[str, Any] = json.loads(self.run_file.read_text(encoding="utf-8"))
            return {"spans": "", **told, "data_dir": told["data_dir"]}
        except FileNotFoundError:
            raise UserError(
                f"{self.path} holds no run: run `upnext run --data DIR --home {self.path}` first"
            ) from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(f"cannot read {self.run_file}: {error}") from None
