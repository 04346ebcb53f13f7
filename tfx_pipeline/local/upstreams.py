"""Which stages a stage needs."""

from collections.abc import Iterable, Mapping


def with_upstreams(stages: Iterable[str], upstreams: Mapping[str, Iterable[str]]) -> set[str]:
    """The stages and all that they need.

    Args:
        stages: names of stages.
        upstreams: by the name of each stage, those that it reads from.
    """
    needed: set[str] = set()
    pending = list(stages)
    while pending:
        stage = pending.pop()
        if stage not in needed:
            needed.add(stage)
            pending.extend(upstreams[stage])
    return needed
