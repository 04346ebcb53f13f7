"""The loop: all lives for a span, each exported into its log, the pipeline trains, all lives with the new push."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from listening_log.world import Truth
from surfaces.common.catalogue import Catalogue
from surfaces.common.model_server import ModelServer
from surfaces.service.service import Service
from tfx_pipeline.home.layout import Home
from tfx_pipeline.simulation.days import Days
from tfx_pipeline.simulation.lives import LIVES, TRAINED_FROM
from tfx_pipeline.simulation.outcome import Outcome
from tfx_pipeline.simulation.workspace import add_span
from tfx_pipeline.surfaces.home_application import home_service, open_store, store_url

Models: TypeAlias = Callable[[Catalogue], ModelServer]


def live_in_spans(
    homes: Mapping[str, Home],
    truth: Truth,
    user_ids: Sequence[str],
    spans: Sequence[int],
    seed: int,
    serve: Callable[[], contextlib.AbstractContextManager[Models]],
    train: Callable[[Home], object],
) -> dict[str, list[Outcome]]:
    """Lets listeners live in each way, span by span.

    At the end of a span each life's plays become a span of its own log: its charts and histories are of what was
    lived in it. The models of all lives come from one push, which learns from the life with the destinations. After
    the last span nothing is trained, for nobody would live with it.

    Args:
        homes: of `make_homes`, by life.
        truth: of the world that the logs are of.
        user_ids: of the listeners.
        spans: the days of each.
        seed: of everything that is drawn.
        serve: serves what was pushed last, for a block.
        train: takes the newest span of a HOME's log, and pushes.

    Returns:
        What came of each span, by life.

    Raises:
        UserError: a HOME can't be read, a span not written, or a run failed.
    """
    days = {name: Days(truth, user_ids, seed) for name in homes}
    outcomes: dict[str, list[Outcome]] = {name: [] for name in homes}
    for number, length in enumerate(spans, 1):
        with serve() as models:
            for name, home in homes.items():
                with _service(home, models) as service:
                    outcomes[name].append(days[name].live(LIVES[name](service), length))
        played = [name for name, each in outcomes.items() if each[-1].starts.started]
        for name in played:
            add_span(homes[name])
        if number < len(spans) and TRAINED_FROM in played:
            train(homes[TRAINED_FROM])
    return outcomes


@contextlib.contextmanager
def _service(home: Home, models: Models) -> Iterator[Service]:
    with contextlib.ExitStack() as stack:
        store = open_store(store_url(home, ""))
        stack.callback(store.close)
        service = home_service(home, store, models)
        stack.callback(service.models.close)
        stack.callback(service.log.close)
        yield service
