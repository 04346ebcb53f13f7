"""Training and serving compute the same features: one Transform graph, asked in two ways."""

import numpy as np
import pytest

from listening_log.config import LogConfig
from models import names
from serving.request import build_request
from tests.integration.whole import WholeRun
from tests.integration.windows import Requests, Window, read_windows

EVENTS = 1000
MAX_LENGTH = LogConfig().max_length


@pytest.fixture(scope="module")
def picked(whole_run: WholeRun) -> list[tuple[int, int]]:
    """1,000 events of `train`: the number of the window and the place in it."""
    windows = train_windows(whole_run)
    events = [(number, place) for number, window in enumerate(windows) for place in range(len(window.items))]
    chosen = np.random.default_rng(0).choice(len(events), EVENTS, replace=False)
    return sorted(events[which] for which in chosen)


def train_windows(whole_run: WholeRun) -> list[Window]:
    return read_windows(whole_run.artifact("ListeningLogExampleGen", "examples"), names.TRAIN)


def test_features_of_a_thousand_events_are_the_same_in_training_and_in_serving(
    whole_run: WholeRun, picked: list[tuple[int, int]]
):
    import tensorflow as tf

    inputs = whole_run.inputs()
    windows = train_windows(whole_run)
    trained = [
        {key: value.numpy()[row] for key, value in batch.items()}
        for batch in inputs.windows(names.TRAIN)
        for row in range(len(batch[names.ITEM]))
    ]
    requests = Requests()
    for number, place in picked:
        requests.add(windows[number], place)
    _, request = build_request(
        requests.histories,
        timestamps=requests.times,
        request_time=requests.request_time,
        context=requests.context,
    )
    keys = (names.ITEM_IDS, names.TIMESTAMPS, names.REQUEST_TIME, names.CONTEXT)
    served, last = inputs.request_features(MAX_LENGTH)(*(tf.constant(request[key]) for key in keys))
    served = {key: value.numpy() for key, value in served.items()}

    assert last.numpy().tolist() == [place for _, place in picked]
    for row, (number, place) in enumerate(picked):
        window = trained[number]
        assert served[names.ITEM][row, :place].tolist() == window[names.ITEM][:place].tolist()
        for key in (names.GAP, names.HOUR, names.WEEKDAY):
            assert served[key][row, : place + 1].tolist() == window[key][: place + 1].tolist()
        # order and padding don't matter: the models sum the tokens of listener and event
        tokens = np.concatenate([window[names.LISTENER], window[names.CONTEXT][place]])
        asked_tokens = np.concatenate([served[names.LISTENER][row], served[names.CONTEXT][row, place]])
        assert sorted(asked_tokens[asked_tokens > 0]) == sorted(tokens[tokens > 0])


@pytest.mark.parametrize(("feature", "values"), [(names.GAP, 17), (names.HOUR, 25), (names.WEEKDAY, 8)])
def test_the_compared_features_take_all_their_values(whole_run: WholeRun, feature: str, values: int):
    values_of_batches = [np.unique(batch[feature]) for batch in whole_run.inputs().windows(names.TRAIN)]
    assert np.unique(np.concatenate(values_of_batches)).tolist() == list(range(values))


@pytest.mark.parametrize("feature", [names.LISTENER, names.CONTEXT])
def test_the_compared_tokens_are_there(whole_run: WholeRun, feature: str):
    assert all((batch[feature].numpy() > 0).any() for batch in whole_run.inputs().windows(names.TRAIN))
