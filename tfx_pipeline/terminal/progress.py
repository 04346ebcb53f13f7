"""Shows a run's progress: a line a stage, and within a long one a bar with the time left."""

import contextlib
import logging
import os
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, TextIO

from components.common.stage_state import StageState
from tfx_pipeline.terminal.stage_progress import StageProgress, duration

if TYPE_CHECKING:
    from tfx_pipeline.terminal.stage_line import StageLine

LOGGER: Final = "upnext.progress"

_NAME_WIDTH: Final = 22
_SECONDS_BETWEEN_LINES: Final = 5.0  # where there is no terminal to redraw


class ProgressDisplay(logging.Handler):
    """Renders the records of `components.common.progress` on a stream.

    A record's attribute `progress` holds `stage` and any of: `state` (a `StageState`) with `seconds`; `epoch`,
    `epochs` and `metrics`; `step` and `steps`; `note`, what it does now; `result`, what its line says when it is
    done. On a terminal the stage under way is one line that is redrawn; elsewhere there is a line an epoch, and
    one every few seconds at most.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._stream = stream
        self._clock = clock
        self._stage: StageProgress | None = None
        self._last_line = -_SECONDS_BETWEEN_LINES
        self._line = _line_of(stream, clock)

    def emit(self, record: logging.LogRecord) -> None:
        """Takes one record; a display that can't be written to never stops the run."""
        facts = getattr(record, "progress", None)
        if not isinstance(facts, dict):
            return
        with contextlib.suppress(OSError, ValueError):
            self._show(facts)

    def close(self) -> None:
        """Leaves the cursor on a line of its own."""
        with contextlib.suppress(OSError, ValueError):
            if self._line:
                self._line.clear()
        super().close()

    def _show(self, facts: dict[str, object]) -> None:
        name, state = str(facts.get("stage", "")), facts.get("state")
        if state == StageState.START:
            self._begin(name)
        elif state is not None:
            seconds = facts.get("seconds", 0.0)
            self._end(name, str(state), seconds if isinstance(seconds, float | int) else 0.0)
        else:
            self._update(name, facts)

    def _begin(self, name: str) -> StageProgress:
        self._last_line = self._clock()
        self._stage = StageProgress(name, self._clock())
        if self._line:
            self._line.draw(self._stage)
        return self._stage

    def _end(self, name: str, state: str, seconds: float) -> None:
        done = state == StageState.DONE
        result = self._stage.facts.get("result", "") if self._stage and done else ""
        if self._line:
            self._line.clear()
        self._stage = None
        self._print(f"  {name:<{_NAME_WIDTH}} {duration(seconds) if done else state:>7}  {result}".rstrip())

    def _update(self, name: str, facts: dict[str, object]) -> None:
        now = self._clock()
        stage = self._stage or self._begin(name)  # a stage that is run by itself
        stage.update(facts, now)
        if self._line:
            self._line.draw(stage)
            return
        worth_a_line = "epoch" in facts or ("epochs" not in stage.facts and stage.share > 0)
        if worth_a_line and now - self._last_line >= _SECONDS_BETWEEN_LINES:
            self._last_line = now
            self._print(f"    {stage.name}: {stage.describe(now)}")

    def _print(self, line: str) -> None:
        self._stream.write(line + "\n")
        self._stream.flush()


def _line_of(stream: TextIO, clock: Callable[[], float]) -> "StageLine | None":
    """The line that is redrawn, where the stream is a terminal that can do so."""
    if not stream.isatty() or os.environ.get("TERM") == "dumb":
        return None
    from tfx_pipeline.terminal.stage_line import StageLine  # takes long to load

    return StageLine(stream, clock)


@contextlib.contextmanager
def shown_progress(stream: TextIO) -> Iterator[None]:
    """Shows on `stream` what stages report, as long as the context lasts."""
    display = ProgressDisplay(stream)
    logger = logging.getLogger(LOGGER)
    logger.addHandler(display)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(display)
        display.close()
