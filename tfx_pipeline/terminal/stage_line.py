"""The line of the stage under way on a terminal: redrawn in place, with its time, a bar and what it does."""

import time
from collections.abc import Callable
from typing import Final, TextIO

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from tfx_pipeline.terminal.stage_progress import StageProgress, duration

_BAR_WIDTH: Final = 12


class StageLine:
    """One line of a terminal; it is redrawn every second, so that its time goes on, until it is cleared.

    Args:
        stream: the terminal.
        clock: tells the time in seconds.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._console = _Screen(file=stream, force_terminal=True, highlight=False)
        self._live: Live | None = None
        self._stage: StageProgress | None = None

    def draw(self, stage: StageProgress) -> None:
        """Draws the line of a stage, in place of what it was."""
        self._stage = stage
        if self._live is None:
            self._live = Live(
                get_renderable=self._line,
                console=self._console,
                refresh_per_second=1,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()
        self._live.refresh()

    def clear(self) -> None:
        """Removes the line."""
        if self._live:
            self._live.stop()
        self._live = None

    def _line(self) -> Table:
        line, stage, now = Table.grid(padding=(0, 1)), self._stage, self._clock()
        if stage is None:
            return line
        line.add_column(min_width=24, no_wrap=True)
        line.add_column(min_width=7, justify="right", no_wrap=True)
        cells: list[ProgressBar | Text] = [Text(f"  {stage.name}"), Text(duration(now - stage.start), "dim")]
        if stage.share:
            line.add_column(width=_BAR_WIDTH)
            cells.append(ProgressBar(1.0, stage.share, width=_BAR_WIDTH))
        line.add_column(no_wrap=True, overflow="ellipsis")
        line.add_row(*cells, Text(stage.describe(now)))
        return line


class _Screen(Console):
    def show_cursor(self, show: bool = True) -> bool:
        """Leaves the cursor as it is: a process that is killed could not bring it back."""
        return False
