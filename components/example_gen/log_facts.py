"""What the whole log is like, gathered shard by shard. No Beam."""

from dataclasses import dataclass, field
from typing import Annotated

from listening_log.cleaning.event_histories import EventHistories
from listening_log.cleaning.event_reader import no_usable_event
from listening_log.cleaning.item_columns import ItemColumnCounts
from listening_log.cleaning.policy_counts import PolicyCounts
from listening_log.errors import UserError
from listening_log.tables.event_files import EventFiles
from listening_log.windows.event_facts import EventFacts
from listening_log.windows.mergeable import Mergeable, Names
from listening_log.windows.time_facts import TimeFacts
from listening_log.windows.value_counts import Tally


def _merge_counts(one: ItemColumnCounts, other: ItemColumnCounts) -> ItemColumnCounts:
    return ItemColumnCounts.merge((one, other))


@dataclass(frozen=True)
class LogFacts(Mergeable):
    """Facts of one shard, or of several."""

    log: EventFacts = field(default_factory=EventFacts)
    newest: EventFacts = field(default_factory=EventFacts)
    """Facts of the newest span's events alone."""
    time: TimeFacts = field(default_factory=TimeFacts)
    span_events: Tally = field(default_factory=Tally)
    """Events of each span that has any."""
    context_columns: Names = frozenset()
    """Columns of events beyond those of the contract."""
    item_columns: Annotated[ItemColumnCounts, _merge_counts] = field(default_factory=ItemColumnCounts)
    """By which columns that follow from the item are told from context."""

    @classmethod
    def of(cls, shard: EventHistories, files: EventFiles) -> "LogFacts":
        """The facts of a shard whose events came from `files`."""
        item, timestamp, outcome = shard.item, shard.timestamp, shard.outcome
        log = newest = EventFacts.of(item, timestamp, outcome)
        if files.several:
            new = files.in_newest(shard.file)
            newest = EventFacts.of(item[new], timestamp[new], outcome[new])
        return cls(
            log=log,
            newest=newest,
            time=TimeFacts.from_sorted(shard.codes, timestamp),
            span_events=Tally.of(files.spans_of(shard.file)),
            context_columns=frozenset(shard.context),
            item_columns=ItemColumnCounts.of(shard.table, list(shard.context)),
        )


def check_enough(facts: LogFacts, policies: PolicyCounts, files: EventFiles) -> None:
    """Checks that there is something to learn from.

    Raises:
        UserError: no event is usable (where a span follows others: none of its own), or there is one listener.
    """
    if files.several and not facts.newest.events:
        raise no_usable_event(f"span {files.newest}", policies.newest)
    if not facts.log.events:
        raise no_usable_event("the log", policies.counts)
    if facts.time.listeners < 2:
        raise UserError("the log has one listener only; a recommender needs at least two to learn from")
