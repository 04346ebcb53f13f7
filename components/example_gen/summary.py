"""What later stages read of the log: `summary.json`. No Beam."""

from collections.abc import Mapping, Sequence

from components.common import records
from components.example_gen.log_facts import LogFacts
from components.example_gen.split_counts import SplitCounts, supported_heads
from listening_log.cleaning.catalog import Catalog
from listening_log.cleaning.policy_counts import PolicyCounts
from listening_log.cleaning.users import Users
from listening_log.tables.event_files import EventFiles
from listening_log.windows.splits import SplitPlan
from models import names


def summarize(
    plan: SplitPlan,
    facts: LogFacts,
    splits: Mapping[str, SplitCounts],
    policies: PolicyCounts,
    *,
    context_columns: Sequence[str],
    item_columns: Mapping[str, float],
    files: EventFiles,
    catalog: Catalog,
    users: Users | None,
) -> records.Summary:
    """The summary of a log.

    Args:
        plan: how it was split.
        facts: of all of its usable events.
        splits: what was written to each split.
        policies: what became of the events that are not usable.
        context_columns: the columns that are context.
        item_columns: the columns of events that follow from the item, with the share of events that agree.
        files: where the events came from.
        catalog: its items.
        users: what is known of its listeners.
    """
    log, events = facts.log, facts.span_events
    span_events = dict(zip(events.value.tolist(), events.count.tolist(), strict=True))
    places = {**catalog.places, **policies.places(files.paths)}
    return records.Summary(
        split=records.SplitPlan(
            kind=plan.kind, reason=plan.reason, first_cut=plan.first_cut, second_cut=plan.second_cut
        ),
        time_features=plan.time_features,
        policies=dict(sorted({**catalog.counts, **policies.counts}.items())),
        places=dict(sorted(places.items())),
        events=log.events,
        listeners=facts.time.listeners,
        items=catalog.size,
        items_played=len(log.plays.value),
        outcomes=dict(zip(names.OUTCOME_NAMES, log.outcomes.tolist(), strict=True)),
        heads=supported_heads(splits[names.TRAIN].outcomes),
        context=records.ContextShape(columns=list(context_columns), slots=max(1, len(context_columns))),
        item_columns=dict(item_columns),
        listener=records.ListenerShape(columns=[] if users is None else users.token_columns),
        span=(log.first, log.last),
        spans=records.SpanEvents(
            first=files.first,
            last=files.newest,
            begin=facts.newest.first,
            events={span: span_events.get(span, 0) for span in files.numbers},
        ),
        splits={
            name: records.SplitFigures(
                windows=counts.windows, targets=counts.targets, outcomes=counts.outcomes
            )
            for name, counts in splits.items()
        },
    )
