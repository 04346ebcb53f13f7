"""What was written to each split, and whether that is enough to learn from. No Beam."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from listening_log.cleaning.event_histories import EventHistories
from listening_log.errors import UserError
from listening_log.windows.histories import Windows
from listening_log.windows.mergeable import Mergeable, Total, Totals
from listening_log.windows.splits import SplitPlan
from models import names

HEAD_SHARE: Final = 0.01
"""A head needs both of its classes to be at least this share of the known outcomes on train."""


def _no_outcomes() -> npt.NDArray[np.int64]:
    return np.zeros(len(names.OUTCOME_NAMES), np.int64)


@dataclass(frozen=True)
class SplitCounts(Mergeable):
    """What was written to one split."""

    windows: Total = 0
    targets: Total = 0
    target_outcomes: Totals = field(default_factory=_no_outcomes)
    """[4] targets of each outcome."""

    @classmethod
    def of(cls, shard: EventHistories, windows: Windows) -> "SplitCounts":
        """Counts the windows that are cut from a shard."""
        begins, outcome = shard.offsets[windows.listener], shard.outcome
        outcomes = _no_outcomes()
        for code in range(len(outcomes)):
            before = np.concatenate(([0], np.cumsum(outcome == code)))
            outcomes[code] = (before[begins + windows.stop] - before[begins + windows.first_target]).sum()
        return cls(len(windows), windows.targets, outcomes)

    @property
    def outcomes(self) -> dict[str, int]:
        """Targets of each outcome, by its name."""
        return dict(zip(names.OUTCOME_NAMES, self.target_outcomes.tolist(), strict=True))


def supported_heads(outcomes: Mapping[str, int]) -> list[str]:
    """The heads that the outcomes of train can teach: each of its classes is at least 1% of those known."""
    completed, partial, skipped = (outcomes[names.OUTCOME_NAMES[i]] for i in (1, 2, 3))
    known = completed + partial + skipped
    heads = [(names.P_COMPLETE, completed), (names.P_SKIP, skipped)]
    return [head for head, yes in heads if known and HEAD_SHARE <= yes / known <= 1 - HEAD_SHARE]


def check_splits(plan: SplitPlan, splits: Mapping[str, SplitCounts]) -> None:
    """Checks that each split has something to learn or to ask.

    Raises:
        UserError: a split has no positive target.
    """
    for split in (names.TRAIN, names.EVAL, names.TEST):
        counts = splits.get(split, SplitCounts())
        if counts.targets and counts.targets == counts.target_outcomes[names.SKIPPED]:
            raise UserError(f"split {plan.kind}: every event of `{split}` was skipped; add events")
        if not counts.targets:
            cure = (
                "a listener needs three events for it; add events"
                if plan.first_cut is None
                else "change split, eval_share or test_share"
            )
            raise UserError(f"split {plan.kind}: no event is left for `{split}`; {cure}")
