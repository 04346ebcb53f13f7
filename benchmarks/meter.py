"""Measures each stage of a run: wall time, and the most memory that the run held meanwhile."""

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from components.common.stage_state import StageState

_MIB: Final = 2**20
_SECONDS_BETWEEN_SAMPLES: Final = 0.1
_ENDS: Final = (StageState.DONE, StageState.CACHED, StageState.SKIPPED, StageState.FAILED)


@dataclass(frozen=True)
class Measured:
    """What one stage took."""

    stage: str
    state: str
    seconds: float
    start_mib: int
    """Resident memory when it started, in MiB: what the process and earlier stages left."""
    peak_mib: int
    """Most resident memory of the process and its children while the stage ran, in MiB."""


class Memory:
    """The most resident memory of this process and its children since `reset`.

    A thread adds up this process and its children ten times a second (pages that two of them share count
    twice). This process's own peak comes from the kernel, where it may be reset, so that none is missed.
    """

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._lock = threading.Lock()
        self._peak = 0
        self._exact = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Memory":
        self.reset()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def reset(self) -> int:
        """Forgets the peak; returns the bytes resident now."""
        now = self._resident()
        with self._lock:
            self._peak = now
            self._exact = _reset_kernel_peak()
        return now

    def peak(self) -> int:
        """Returns the most memory since the last reset, in bytes."""
        self._sample()
        with self._lock:
            return max(self._peak, _kernel_peak() if self._exact else 0)

    def _watch(self) -> None:
        while not self._ended.wait(_SECONDS_BETWEEN_SAMPLES):
            self._sample()

    def _sample(self) -> None:
        now = self._resident()
        with self._lock:
            self._peak = max(self._peak, now)

    def _resident(self) -> int:
        total = self._process.memory_info().rss
        for child in self._process.children(recursive=True):
            with contextlib.suppress(psutil.Error):  # it has ended
                total += child.memory_info().rss
        return total


class StageMeter(logging.Handler):
    """Takes the records of the logger `upnext.progress` and measures between a stage's start and its end."""

    def __init__(self, memory: Memory) -> None:
        super().__init__()
        self._memory = memory
        self._start_bytes = 0
        self.measured: list[Measured] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Takes one record; those without a `state` tell of progress within a stage."""
        facts = getattr(record, "progress", {})
        if facts.get("state") == StageState.START:
            self._start_bytes = self._memory.reset()
        elif facts.get("state") in _ENDS:
            self._end(facts["stage"], facts["state"], facts["seconds"])

    @contextlib.contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Measures something that reports no progress."""
        self._start_bytes = self._memory.reset()
        start = time.monotonic()
        yield
        self._end(stage, StageState.DONE, time.monotonic() - start)

    def _end(self, stage: str, state: str, seconds: float) -> None:
        start, peak = self._start_bytes // _MIB, self._memory.peak() // _MIB
        self.measured.append(Measured(stage, state, round(seconds, 1), start, peak))


def _reset_kernel_peak() -> bool:
    """Whether VmHWM starts anew from here (Linux, proc(5): `clear_refs`)."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return False
    return True


def _kernel_peak() -> int:
    status = Path("/proc/self/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024
