"""Settings of the log's reading. No Arrow in here."""

from typing import Annotated, Literal

from pydantic import Field

from models.settings import FromZero, OpenShare, PositiveShare, Settings, Share


class LogConfig(Settings):
    """How a log is read, cut and made into windows."""

    split: Literal["auto", "time", "leave-last-out"] = "auto"
    """`time`: two cuts in time, and each positive event after a cut is asked for. `leave-last-out`: each
    listener's last event is the test, the one before it the evaluation. `auto`: leave-last-out where times
    are order only or all events fall into too few minutes, else time. `data check` says which."""
    eval_share: OpenShare = 0.1
    """Share of the events between the two cuts in time: they stop training and choose its steps. Together with
    `log.test_share` below 1."""
    test_share: OpenShare = 0.1
    """Share of the events after the second cut: gates and figures are about them."""
    max_length: Annotated[int, Field(ge=2)] = 200
    """L: a window holds at most L + 1 events, and a request's newest L known items are read."""
    skip_ms: FromZero = 30_000
    """A play shorter than this is a skip, where the log doesn't say why it ended."""
    complete_share: PositiveShare = 0.85
    """Share of an item's duration from which a play is complete, whatever the log says of its end."""
    partial_share: Share = 0.5
    """Share of an item's duration from which a play that the listener skipped is partial, not skipped."""
