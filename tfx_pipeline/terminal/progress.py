"""Shows a run's progress: a line a stage, and within a long one a bar with the time left."""

import contextlib
import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TextIO

from components.common.stage_state import StageState

LOGGER: Final = "upnext.progress"

_BAR = 12
_NAME = 22
_SECONDS_BETWEEN_LINES = 5.0  # where there is no terminal to redraw


@dataclass
class _Stage:
    """What is known of the stage under way."""

    name: str
    start: float
    share: float = 0.0
    """Of its work that is done, 0 to 1; 0 where the stage doesn't tell."""
    first_share: float = 0.0
    first_time: float | None = None
    """When the stage first told its share, and which: the pace is measured from there."""
    facts: dict[str, Any] = field(default_factory=dict)


class ProgressDisplay(logging.Handler):
    """Renders the records of `components.common.progress` on a stream.

    A record's attribute `progress` holds `stage` and any of: `state` (a `StageState`)
    with `seconds`; `epoch`, `epochs` and `metrics`; `step` and `steps`; `note`, what it does now; `result`, what
    its line says when it is done. On a terminal the stage under way is one line that is redrawn; elsewhere
    there is a line an epoch, and one every few seconds at most.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._stream = stream
        self._clock = clock
        self._live = stream.isatty()
        self._stage: _Stage | None = None
        self._last_line = -_SECONDS_BETWEEN_LINES

    def emit(self, record: logging.LogRecord) -> None:
        """Takes one record; a display that can't be written to never stops the run."""
        facts = getattr(record, "progress", None)
        if not isinstance(facts, dict):
            return
        with contextlib.suppress(OSError, ValueError):
            self._take(facts)

    def refresh(self) -> None:
        """Redraws the line of the stage under way, so that its time goes on."""
        with self.lock or contextlib.nullcontext(), contextlib.suppress(OSError, ValueError):
            self._draw()

    def close(self) -> None:
        """Leaves the cursor on a line of its own."""
        with contextlib.suppress(OSError, ValueError):
            self._clear()
        super().close()

    def _take(self, facts: dict[str, Any]) -> None:
        name = str(facts.get("stage", ""))
        state = facts.get("state")
        if state == StageState.START:
            self._stage = _Stage(name, self._clock())
            self._last_line = self._clock()
            self._draw()
        elif state is not None:
            self._end(name, str(state), float(facts.get("seconds", 0.0)))
        else:
            self._update(facts)

    def _end(self, name: str, state: str, seconds: float) -> None:
        self._clear()
        shown = duration(seconds) if state == StageState.DONE else state
        result = self._stage.facts.get("result", "") if self._stage and state == StageState.DONE else ""
        self._print(f"  {name:<{_NAME}} {shown:>7}  {result}".rstrip())
        self._stage = None

    def _update(self, facts: dict[str, Any]) -> None:
        now = self._clock()
        if self._stage is None:  # a stage that is run by itself
            self._stage = _Stage(str(facts.get("stage", "")), now)
        stage = self._stage
        stage.facts.update(facts)
        for done, whole in (("step", "steps"), ("epoch", "epochs")):
            if facts.get(whole):
                stage.share = min(1.0, max(stage.share, facts.get(done, 0) / facts[whole]))
        if stage.first_time is None and stage.share > 0:
            stage.first_time, stage.first_share = now, stage.share
        self._draw()
        worth_a_line = "epoch" in facts or ("epochs" not in stage.facts and stage.share > 0)
        if not self._live and worth_a_line and now - self._last_line >= _SECONDS_BETWEEN_LINES:
            self._last_line = now
            self._print(f"    {stage.name}: {self._describe(stage)}")

    def _draw(self) -> None:
        if not self._live or self._stage is None:
            return
        stage = self._stage
        line = f"  {stage.name:<{_NAME}} {duration(self._clock() - stage.start):>7}"
        if stage.share:
            filled = round(_BAR * stage.share)
            line += f"  [{'#' * filled}{'.' * (_BAR - filled)}]"
        line += f"  {self._describe(stage)}"
        width = shutil.get_terminal_size().columns - 1
        self._stream.write(f"\r\x1b[K{line.rstrip()[:width]}")
        self._stream.flush()

    def _describe(self, stage: _Stage) -> str:
        facts = stage.facts
        parts = []
        if "epochs" in facts:
            parts.append(f"epoch {facts.get('epoch', 0)}/{facts['epochs']}")
        elif "steps" in facts:
            parts.append(f"{100 * stage.share:.0f}%")
        left = self._seconds_left(stage)
        if left is not None:
            parts.append(f"up to {duration(left)} left")  # training may stop early
        parts += [f"{key} {value:.4g}" for key, value in _shown(facts.get("metrics") or {})]
        if "note" in facts:
            parts.append(str(facts["note"]))
        return ", ".join(parts)

    def _seconds_left(self, stage: _Stage) -> float | None:
        if stage.first_time is None or stage.share <= stage.first_share:
            return None
        pace = (self._clock() - stage.first_time) / (stage.share - stage.first_share)
        return pace * (1 - stage.share)

    def _clear(self) -> None:
        if self._live:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _print(self, line: str) -> None:
        self._stream.write(line + "\n")
        self._stream.flush()


@contextlib.contextmanager
def shown_progress(stream: TextIO) -> Iterator[None]:
    """Shows on `stream` what stages report, as long as the context lasts."""
    display = ProgressDisplay(stream)
    logger = logging.getLogger(LOGGER)
    logger.addHandler(display)
    logger.setLevel(logging.INFO)
    ended = threading.Event()
    ticker = threading.Thread(target=_tick, args=(display, ended), daemon=True)
    if stream.isatty():
        ticker.start()
    try:
        yield
    finally:
        ended.set()
        logger.removeHandler(display)
        display.close()


def duration(seconds: float) -> str:
    """Seconds as a person reads them: 4 s, 1:05, 2:03:00."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def _tick(display: ProgressDisplay, ended: threading.Event) -> None:
    while not ended.wait(1.0):
        display.refresh()


def _shown(metrics: dict[str, Any]) -> list[tuple[str, float]]:
    """The loss and the figure on `eval`: as much as fits a line."""
    numbers = [(key, value) for key, value in metrics.items() if isinstance(value, int | float)]
    first = [pair for pair in numbers if pair[0] == "loss"]
    return first + [pair for pair in numbers if pair[0] != "loss" and "lr" not in pair[0].split("_")][:2]
