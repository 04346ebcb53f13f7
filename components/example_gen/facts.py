"""What the whole log is like, gathered shard by shard, and the summary that later stages read. No Beam."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Final

import numpy as np
import numpy.typing as npt

from components.common import records
from components.common.records import Summary
from components.example_gen.event_files import EventFiles
from components.example_gen.shards import Shard
from listening_log.cleaning.item_columns import ItemColumnCounts
from listening_log.cleaning.policies import POLICIES
from listening_log.cleaning.policy_counts import PolicyCounts
from listening_log.errors import UserError
from listening_log.windows.histories import Windows
from listening_log.windows.splits import MinuteCounts, SplitPlan
from listening_log.windows.time_facts import TimeFacts
from models import names

HEAD_SHARE: Final = 0.01
"""A head needs both of its classes to be at least this share of the known outcomes on train."""
_NEVER: Final = np.iinfo(np.int64).max


@dataclass(frozen=True)
class LogFacts:
    """Facts of one shard, or of several."""

    time: TimeFacts
    minutes: MinuteCounts
    """Events of the newest span alone."""
    listeners: int
    outcomes: npt.NDArray[np.int64]
    """[4] events of each outcome."""
    items: npt.NDArray[np.int32]
    """Distinct items that were played, ascending."""
    first: int
    last: int
    """Times of the first and the last event, unix seconds."""
    context_columns: frozenset[str]
    span_events: npt.NDArray[np.int64]
    """[S] events of each span that is read."""
    begin: int
    """Time of the newest span's first event, unix seconds; the largest int64 if it has none."""
    item_columns: ItemColumnCounts = field(default_factory=ItemColumnCounts)
    """By which columns that follow from the item are told from context."""

    @classmethod
    def of(cls, shard: Shard, files: EventFiles, item_columns: ItemColumnCounts | None = None) -> "LogFacts":
        """Facts of a shard, with what `ItemColumnCounts.of` counted of its events."""
        newest = shard.timestamp[files.in_newest(shard.file)]
        return cls(
            time=TimeFacts.from_sorted(shard.codes, shard.timestamp),
            minutes=MinuteCounts.of(newest),
            listeners=len(shard.listeners),
            outcomes=np.bincount(shard.outcome, minlength=len(names.OUTCOME_NAMES)).astype(np.int64),
            items=np.unique(shard.item),
            first=int(shard.timestamp.min()),
            last=int(shard.timestamp.max()),
            context_columns=frozenset(shard.context),
            span_events=np.bincount(files.places(shard.file), minlength=len(files.numbers)).astype(np.int64),
            begin=int(newest.min(initial=_NEVER)),
            item_columns=item_columns or ItemColumnCounts(),
        )

    @classmethod
    def merge(cls, parts: Iterable["LogFacts"]) -> "LogFacts":
        """Facts of all parts together, at least one."""
        parts = list(parts)
        return cls(
            time=reduce(TimeFacts.merge, (part.time for part in parts)),
            minutes=MinuteCounts.merge(part.minutes for part in parts),
            listeners=sum(part.listeners for part in parts),
            outcomes=np.sum([part.outcomes for part in parts], axis=0),
            items=np.unique(np.concatenate([part.items for part in parts])),
            first=min(part.first for part in parts),
            last=max(part.last for part in parts),
            context_columns=frozenset().union(*(part.context_columns for part in parts)),
            span_events=np.sum([part.span_events for part in parts], axis=0),
            begin=min(part.begin for part in parts),
            item_columns=ItemColumnCounts.merge(part.item_columns for part in parts),
        )

    @property
    def events(self) -> int:
        return int(self.outcomes.sum())


@dataclass
class SplitCounts:
    """What was written to one split."""

    windows: int = 0
    targets: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    """Targets of each outcome."""

    @classmethod
    def of(cls, shard: Shard, windows: Windows) -> "SplitCounts":
        begins = shard.offsets[windows.listener]
        outcomes: Counter[str] = Counter()
        for code, name in enumerate(names.OUTCOME_NAMES):
            before = np.concatenate(([0], np.cumsum(shard.outcome == code)))
            outcomes[name] = int(
                (before[begins + windows.stop] - before[begins + windows.first_target]).sum()
            )
        return cls(len(windows), windows.targets, outcomes)

    def __add__(self, other: "SplitCounts") -> "SplitCounts":
        total = Counter(self.outcomes)
        total.update(other.outcomes)  # not `+`, which forgets zeros
        return SplitCounts(self.windows + other.windows, self.targets + other.targets, total)


def supported_heads(outcomes: Mapping[str, int]) -> list[str]:
    """The heads that the outcomes of train can teach: each of its classes is at least 1% of those known."""
    completed, partial, skipped = (outcomes[names.OUTCOME_NAMES[i]] for i in (1, 2, 3))
    known = completed + partial + skipped
    heads = [(names.P_COMPLETE, completed), (names.P_SKIP, skipped)]
    return [head for head, yes in heads if known and HEAD_SHARE <= yes / known <= 1 - HEAD_SHARE]


def check_enough(facts: LogFacts | None, policies: PolicyCounts, files: EventFiles) -> LogFacts:
    """Raises UserError if there is nothing to learn from: no usable event, or one listener only.

    Where a span follows others, it needs a usable event of its own.
    """
    if files.several and (facts is None or not facts.span_events[-1]):
        raise UserError(f"span {files.newest} has no usable event: {_what_took_most(policies.newest)}")
    if facts is None or not facts.events:
        dropped = ", ".join(f"{name} {count}" for name, count in sorted(policies.counts.items()) if count)
        raise UserError(f"the log has no usable event ({dropped or 'the events table has no rows'})")
    if facts.listeners < 2:
        raise UserError("the log has one listener only; a recommender needs at least two to learn from")
    return facts


def _what_took_most(policies: Mapping[str, int]) -> str:
    if not any(policies.values()):
        return "its events table has no rows"
    most = max(sorted(policies), key=lambda name: policies[name])
    return f"most have {POLICIES[most].split(':')[0]} ({most} {policies[most]})"


def check_splits(plan: SplitPlan, splits: dict[str, SplitCounts]) -> None:
    """Raises UserError for a split without a positive target: there is nothing to learn or to ask."""
    for split in (names.TRAIN, names.EVAL, names.TEST):
        counts = splits.get(split, SplitCounts())
        if counts.targets and counts.targets == counts.outcomes[names.OUTCOME_NAMES[names.SKIPPED]]:
            raise UserError(f"split {plan.kind}: every event of `{split}` was skipped; add events")
        if not counts.targets:
            mend = (
                "a listener needs three events for it; add events"
                if plan.first_cut is None
                else "change split, eval_share or test_share"
            )
            raise UserError(f"split {plan.kind}: no event is left for `{split}`; {mend}")


def summary(
    plan: SplitPlan,
    facts: LogFacts,
    splits: dict[str, SplitCounts],
    files: EventFiles,
    *,
    policies: Mapping[str, int],
    places: Mapping[str, str],
    catalog_items: int,
    context_columns: list[str],
    item_columns: Mapping[str, float],
    listener_columns: list[str],
) -> Summary:
    """What later stages read of the log."""
    return Summary(
        split=records.SplitPlan(
            kind=plan.kind, reason=plan.reason, first_cut=plan.first_cut, second_cut=plan.second_cut
        ),
        time_features=plan.time_features,
        policies={name: int(count) for name, count in sorted(policies.items())},
        places={name: places[name] for name in sorted(places)},
        events=facts.events,
        listeners=facts.listeners,
        items=catalog_items,
        items_played=len(facts.items),
        outcomes=dict(zip(names.OUTCOME_NAMES, facts.outcomes.tolist(), strict=True)),
        heads=supported_heads(splits[names.TRAIN].outcomes),
        context=records.ContextShape(columns=context_columns, slots=max(1, len(context_columns))),
        item_columns=dict(item_columns),
        listener=records.ListenerShape(columns=listener_columns),
        span=(facts.first, facts.last),
        spans=records.SpanEvents(
            first=files.first,
            last=files.newest,
            begin=facts.begin,
            events=dict(zip(files.numbers, facts.span_events.tolist(), strict=True)),
        ),
        splits={
            name: records.SplitFigures(
                windows=counts.windows, targets=counts.targets, outcomes=counts.outcomes
            )
            for name, counts in splits.items()
        },
    )
