import io
import logging
import re
import time
from collections.abc import Iterator

import pytest

from components.common import progress
from tfx_pipeline.terminal.progress import ProgressDisplay, shown_progress


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Screen:
    """A display on a stream, with a clock that the test moves."""

    def __init__(self, stream: io.StringIO) -> None:
        self.stream, self.clock = stream, Clock()
        self._display = ProgressDisplay(stream, self.clock)

    def tell(self, at: float, **facts: object) -> None:
        self.clock.now = at
        record = logging.makeLogRecord({"progress": facts})
        self._display.handle(record)

    def last_line(self) -> str:
        """The line as it was drawn last, without colours."""
        drawn = self.stream.getvalue().rpartition("\x1b[2K")[2]
        return re.sub(r"\x1b\[[0-9;]*m", "", drawn).rstrip()

    def close(self) -> None:
        self._display.close()


def test_a_finished_stage_is_one_line_with_its_time():
    screen = Screen(io.StringIO())
    screen.tell(0, stage="LogStatistics", state="start")
    screen.tell(75, stage="LogStatistics", state="done", seconds=75.2)
    screen.tell(76, stage="LogSchema", state="cached", seconds=0.1)
    lines = screen.stream.getvalue().splitlines()
    assert [line.split() for line in lines] == [["LogStatistics", "1:15"], ["LogSchema", "cached"]]


def test_a_log_file_gets_a_line_every_few_seconds_at_most():
    screen = Screen(io.StringIO())
    screen.tell(0, stage="RankerTrainer", state="start")
    for second in range(1, 13):
        screen.tell(second, stage="RankerTrainer", epoch=second, epochs=60, metrics={"loss": 1.5})
    lines = screen.stream.getvalue().splitlines()
    assert lines == [
        "    RankerTrainer: epoch 5/60, up to 55 s left, loss 1.5",
        "    RankerTrainer: epoch 10/60, up to 50 s left, loss 1.5",
    ]


def test_a_log_file_gets_a_line_an_epoch_at_most():
    screen = Screen(io.StringIO())
    screen.tell(0, stage="RankerTrainer", state="start")
    screen.tell(20, stage="RankerTrainer", epoch=1, epochs=60, metrics={})
    screen.tell(30, stage="RankerTrainer", step=15, steps=600)
    screen.tell(40, stage="RankerTrainer", epoch=2, epochs=60, metrics={})
    assert screen.stream.getvalue().splitlines() == [
        "    RankerTrainer: epoch 1/60",
        "    RankerTrainer: epoch 2/60, up to 19:20 left",
    ]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.setenv("TERM", "xterm-256color")
    screen = Screen(Terminal())
    yield screen
    screen.close()


def test_a_terminal_redraws_one_line_with_a_bar_and_the_time_left(terminal: Screen):
    terminal.tell(0, stage="RankerTrainer", state="start")
    terminal.tell(10, stage="RankerTrainer", step=100, steps=1000)
    terminal.tell(20, stage="RankerTrainer", step=500, steps=1000)
    assert "\n" not in terminal.stream.getvalue()
    line = terminal.last_line()
    assert re.fullmatch(
        r"  RankerTrainer +20 s [━╸╺ ]+50%, up to 12 s left", line
    )  # 40% took 10 s, 50% are left
    assert line.count("━") in (6, 11, 12)


def test_the_time_on_a_terminal_goes_on_between_records(terminal: Screen):
    terminal.tell(0, stage="Composer", state="start")
    terminal.clock.now = 42
    deadline = time.monotonic() + 20
    while terminal.last_line().split() != ["Composer", "42", "s"] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert terminal.last_line().split() == ["Composer", "42", "s"]


def test_a_line_on_a_terminal_never_wraps(terminal: Screen, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "40")
    narrow = Screen(Terminal())
    narrow.tell(0, stage="Composer", state="start")
    narrow.tell(1, stage="Composer", note="a long note " * 20)
    narrow.close()
    lines = re.sub(r"\x1b\[[0-9;]*[mK]", "", narrow.stream.getvalue()).splitlines()
    assert max(len(line) for line in lines) <= 40
    assert any("a long" in line for line in lines)


def test_the_line_of_the_stage_goes_where_it_is_done(terminal: Screen):
    terminal.tell(0, stage="Composer", state="start")
    terminal.tell(3, stage="Composer", state="done", seconds=3)
    assert terminal.last_line().split() == ["Composer", "3", "s"]


def test_the_cursor_is_never_hidden(terminal: Screen):
    terminal.tell(0, stage="Composer", state="start")
    assert "\x1b[?25l" not in terminal.stream.getvalue()


def test_a_terminal_that_cannot_redraw_gets_lines(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TERM", "dumb")
    screen = Screen(Terminal())
    screen.tell(0, stage="Composer", state="start")
    screen.tell(3, stage="Composer", state="done", seconds=3)
    assert screen.stream.getvalue() == "  Composer                   3 s\n"


def test_a_result_stands_on_the_line_of_the_finished_stage_and_a_note_does_not():
    screen = Screen(io.StringIO())
    screen.tell(0, stage="ListeningLogExampleGen", state="start")
    screen.tell(1, stage="ListeningLogExampleGen", result="split: time")
    screen.tell(1, stage="ListeningLogExampleGen", note="writing")
    screen.tell(2, stage="ListeningLogExampleGen", state="done", seconds=2)
    assert screen.stream.getvalue().rstrip().endswith("split: time")


def test_a_stream_that_is_gone_does_not_stop_the_run():
    screen = Screen(io.StringIO())
    screen.stream.close()
    screen.tell(0, stage="Composer", state="done", seconds=1)


def test_what_components_report_is_shown_while_it_is_asked_for():
    stream = io.StringIO()
    with shown_progress(stream):
        progress.report("Composer", state="done", seconds=3.0)
    progress.report("Push", state="done", seconds=3.0)
    assert stream.getvalue().split() == ["Composer", "3", "s"]
