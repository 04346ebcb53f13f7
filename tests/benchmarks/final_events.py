"""Final events of a few made listeners."""

import numpy as np

from benchmarks.final_events import FinalEvents, Items
from models.memory.interactions import Interactions


def final_events(
    histories: list[list[int]],
    targets: list[int],
    *,
    log: list[list[int]] | None = None,
    talk: tuple[int, ...] = (),
) -> FinalEvents:
    """The final events `targets` of listeners u0, u1, … after `histories`, of items a to f, indices 1 to 6."""
    ids = list("abcdef")
    plays = Interactions.from_sequences(histories, len(ids))
    return FinalEvents(
        items=Items(ids, np.isin(np.arange(len(ids) + 1), talk), np.zeros(len(ids) + 1, np.int64)),
        users=[f"u{row}" for row in range(len(targets))],
        targets=np.array(targets, np.int32),
        times=np.full(len(targets), 1000),
        histories=plays,
        history_times=np.zeros(len(plays.items), np.int64),
        history_skipped=np.zeros(len(plays.items), bool),
        log=plays if log is None else Interactions.from_sequences(log, len(ids)),
        last_week=None,
    )
