"""HOME: the folder that holds all that runs leave, for one run at a time."""

import contextlib
import errno
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from listening_log.errors import UserError

RUN_FILE: Final = "run.json"
KEPT_LOGS: Final = 20
"""Newest logs of each command that stay."""

_LOCK_HELD: Final = (errno.EACCES, errno.EAGAIN)
_WILDCARDS: Final = frozenset("[]*?\\")
_TMPDIR: Final = "TMPDIR"


class Home:
    """Every place under HOME; nothing is made before `prepare`.

    Args:
        path: the folder, as its user names it. Places below it begin with the same words.
    """

    def __init__(self, path: str | Path) -> None:
        self.path: Final = Path(path)
        self.artifacts: Final = self.path / "artifacts"
        """What stages have made: `<stage>/<output>/<execution>/` (`tfx_pipeline.home.executions`)."""
        self.metadata: Final = self.path / "metadata.db"
        """TFX's own record of executions and artifacts."""
        self.compiled_artifacts: Final = self.path / "compiled"
        """What runs of a compiled pipeline have made: apart, since their cache is another."""
        self.serving: Final = self.path / "serving"
        """Pushed models, as servers read them."""
        self.logs: Final = self.path / "logs"
        """Logs, one file a command and start."""
        self.server_log: Final = self.logs / "serve.log"
        """A server that runs keeps it open and goes on writing at its end."""
        self.spans: Final = self.path / "spans"
        """Spans of the listening log that are kept here."""
        self.report: Final = self.path / "report.html"
        self.run_file: Final = self.path / RUN_FILE
        """What the last run was asked for, and how it ended (`tfx_pipeline.home.run_record`)."""
        self.rollbacks_file: Final = self.path / "rollbacks.jsonl"
        """A line for each rollback, the oldest first."""
        self.forgotten_file: Final = self.path / "forgotten.json"
        """The listeners whom runs leave out (`listening_log.cleaning.forgotten`)."""
        self.surfaces: Final = self.path / "surfaces"
        """What the destinations keep: their store, and the log's plays by listener."""
        self.store_file: Final = self.surfaces / "store.sqlite"
        """What was played and shown since the log ended (`surfaces.store`), unless another store is named."""
        self.other_store_file: Final = self.surfaces / "other-store.txt"
        """The URL, without its password, of the store that was named instead: `upnext forget` needs it too."""
        self.simulations: Final = self.path / "simulations"
        """Logs and HOMEs of simulated lives, a folder a simulation (`tfx_pipeline.simulation`)."""
        self.lock_file: Final = self.path / ".lock"
        """Locked while a run is under way; holds its process id."""
        self.temporary_files: Final = self.path / ".tmp"
        """What libraries put aside while a run is under way."""

    def __str__(self) -> str:
        return str(self.path)

    def resolved(self) -> "Home":
        """The same HOME by its absolute path."""
        return Home(self.path.resolve())

    def _refuse_wildcards(self) -> None:
        """TFX and Beam read artifacts through patterns of file names: they would find other files, or none."""
        path = str(self.path.resolve())
        wildcards = sorted(_WILDCARDS.intersection(path))
        if wildcards:
            raise UserError(
                f"HOME can't be {path}: TFX takes {' '.join(wildcards)} in a path for a wildcard; "
                "give another --home"
            )

    def prepare(self) -> None:
        """Makes the folder, for a command that runs stages.

        Raises:
            UserError: it can't be made or written to, or its path has a wildcard.
        """
        self._refuse_wildcards()
        try:
            self.logs.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"cannot make {self.logs}: {error.strerror}; give another --home") from None
        for folder in (self.path, self.logs):
            if not os.access(folder, os.W_OK | os.X_OK):
                raise UserError(f"cannot write to {folder}; give another --home, or change its permissions")

    @contextlib.contextmanager
    def temporary(self) -> Iterator[None]:
        """Has temporary files, of this process and of those it starts, in HOME; they go with the run.

        What a run that was killed has left there goes first: elsewhere nobody would know whose it is.
        """
        shutil.rmtree(self.temporary_files, ignore_errors=True)
        self.temporary_files.mkdir()
        before, tempdir = os.environ.get(_TMPDIR), tempfile.tempdir
        os.environ[_TMPDIR] = tempfile.tempdir = str(self.temporary_files.resolve())
        try:
            yield
        finally:
            tempfile.tempdir = tempdir
            os.environ.pop(_TMPDIR)
            if before is not None:
                os.environ[_TMPDIR] = before
            shutil.rmtree(self.temporary_files, ignore_errors=True)

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
                if error.errno not in _LOCK_HELD:
                    raise UserError(f"cannot lock {self.lock_file}: {error.strerror}") from None
                lock.seek(0)
                holder = lock.read().strip() or "unknown"
                raise UserError(
                    f"another run (process {holder}) is under way in {self}; "
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
