"""What a request tells changes the ranking: the order of the plays does, missing times hardly."""

from dataclasses import replace

import numpy as np
import pytest

from models import names
from models.bootstrap import Interval, paired_bootstrap
from models.metrics import ndcg_gains
from serving.request import build_request
from tests.integration.whole import WholeRun
from tests.integration.windows import Requests, read_windows

BATCH = 128


class FirstFit:
    """The ranker that has not seen `test`, asked as it is served."""

    def __init__(self, whole_run: WholeRun) -> None:
        import tensorflow as tf

        from components.trainer import ranker, trained_model
        from components.trainer.training_records import Training
        from models.ranks import rank_of

        uri = whole_run.artifact("RankerTrainer", "model")
        inputs = whole_run.inputs()
        model = ranker.load(uri, inputs)
        table, features = (
            model.items.table(),
            inputs.request_features(Training.read(trained_model.parts_dir(uri)).max_length),
        )

        @tf.function(reduce_retracing=True)
        def ranks(item_ids, timestamps, request_time, context, target):
            batch, last = features(item_ids, timestamps, request_time, context)
            queries = tf.gather(model.queries(batch, table), last, batch_dims=1)
            scores = model.score_all(queries, batch[names.ITEM], table)
            nothing = tf.fill([tf.shape(scores)[0], 1], float("-inf"))
            return rank_of(tf.concat([nothing, scores[:, 1:]], axis=1), features.index(target))

        self._ranks = ranks

    def gains(self, requests: Requests) -> np.ndarray:
        """NDCG@10 of each request's target among the whole catalogue: float64 [Q]."""
        ranks = [self._batch(requests, at) for at in range(0, len(requests.users), BATCH)]
        return ndcg_gains(np.concatenate(ranks), 10)

    def _batch(self, requests: Requests, at: int) -> np.ndarray:
        rows = slice(at, at + BATCH)
        _, request = build_request(
            requests.histories[rows],
            timestamps=requests.times[rows],
            request_time=requests.request_time[rows],
            context=requests.context[rows],
        )
        keys = (names.ITEM_IDS, names.TIMESTAMPS, names.REQUEST_TIME, names.CONTEXT)
        target = np.array([item.encode() for item in requests.targets[rows]], object)
        return self._ranks(*(request[key] for key in keys), target).numpy()


@pytest.fixture(scope="module")
def first_fit(whole_run: WholeRun) -> FirstFit:
    return FirstFit(whole_run)


@pytest.fixture(scope="module")
def requests(whole_run: WholeRun) -> Requests:
    """A request for each positive target of `test`."""
    requests = Requests()
    for window in read_windows(whole_run.artifact("ListeningLogExampleGen", "examples"), names.TEST):
        for place, (target, outcome) in enumerate(zip(window.targets, window.outcomes, strict=True)):
            if target and outcome != names.SKIPPED:
                requests.add(window, place)
    return requests


def without_times(requests: Requests) -> Requests:
    """The same requests, from clients that don't tell the time."""
    times = [[0] * len(row) for row in requests.times]
    return replace(requests, times=times, request_time=[0] * len(requests.users))


def difference(one: np.ndarray, other: np.ndarray, requests: Requests) -> Interval:
    """By how much the mean of `one` is above that of `other`."""
    listeners = np.unique(requests.users, return_inverse=True)[1]
    return paired_bootstrap(one, other, listeners, seed=0)


def test_a_request_without_times_is_ranked_nearly_as_well(first_fit: FirstFit, requests: Requests):
    timed, untimed = first_fit.gains(requests), first_fit.gains(without_times(requests))
    lost = difference(timed, untimed, requests)
    assert len(timed) > 1000
    assert (timed != untimed).any()
    assert lost.mean_difference < 0.02 * timed.mean()


def test_shuffling_a_history_costs_quality(first_fit: FirstFit, requests: Requests):
    ordered = without_times(requests)  # so that the order alone is lost
    draw = np.random.default_rng(0)
    shuffled = replace(ordered, histories=[draw.permutation(row).tolist() for row in ordered.histories])
    kept, mixed = first_fit.gains(ordered), first_fit.gains(shuffled)
    lost = difference(kept, mixed, requests)
    assert lost.low > 0
    assert lost.mean_difference > 0.05 * kept.mean()
