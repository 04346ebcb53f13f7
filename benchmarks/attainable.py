"""What a made world's true preferences reach on the final events: no model can do better but by chance."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.final_events import FinalEvents
from listening_log.world import load_truth, true_ranking_scores
from listening_log.world.truth import TRUTH_FILE
from models.metrics import rank_of_target


def attainable_ranks(data: Path, events: FinalEvents, exclude_seen: bool) -> npt.NDArray[np.int64] | None:
    """Ranks the final events by the true preferences: [Q], 0-based; None where the log is no made world.

    The preferences know the time of the final event, when the play before it began and whether it was skipped.
    They don't know the surface, which no question says.
    """
    if not (data / TRUTH_FILE).is_file():
        return None
    truth = load_truth(data)
    column = np.array([truth.item_row[item] for item in events.items.ids])
    ranks = np.zeros(len(events.targets), np.int64)
    for row, (user, time, target) in enumerate(zip(events.users, events.times, events.targets, strict=True)):
        first, stop = events.histories.offsets[row : row + 2]
        some = stop > first
        scores = true_ranking_scores(
            truth,
            user,
            int(time),
            history=tuple(events.history_ids(row)),
            last_timestamp=int(events.history_times[stop - 1]) if some else 0,
            last_skipped=bool(some and events.history_skipped[stop - 1]),
        )
        scores = np.append(-np.inf, scores[column])
        if exclude_seen:
            scores[events.histories.items[first:stop]] = -np.inf
        ranks[row] = rank_of_target(scores[None], np.array([target]))[0]
    return ranks
