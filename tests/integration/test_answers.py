"""A question has one answer, whoever asks and however."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from components.serving_check import rest
from components.serving_check.compare import agreement, same_top
from listening_log.config import LogConfig
from models import names
from serving.client import Client, Ranking, top_rankings
from serving.loaded_model import LoadedModel
from serving.request import Inputs, build_request
from tests.integration.whole import Served, WholeRun, upnext

Answer = dict[str, np.ndarray]
MAX_LENGTH = LogConfig().max_length
"""Plays of a history that the model looks at."""


@pytest.fixture(scope="module")
def histories(whole_run: WholeRun) -> list[list[str]]:
    """The histories of 200 listeners of the log."""
    return [whole_run.histories[user] for user in whole_run.some_listeners(200)]


@pytest.fixture(scope="module")
def inputs(histories: list[list[str]]) -> Inputs:
    return build_request(histories)[1]


@pytest.fixture(scope="module")
def over_grpc(client: Client, inputs: Inputs) -> Answer:
    return client.predict(names.UPNEXT, names.SERVING_DEFAULT, inputs)


def as_answer(rankings: Sequence[Ranking]) -> Answer:
    ids = [[item.encode() for item in ranking.ids] for ranking in rankings]
    return {
        names.ITEM_IDS: np.array(ids, object),
        names.SCORES: np.array([ranking.scores for ranking in rankings], np.float32),
    }


def test_rest_answers_as_grpc(server: Served, inputs: Inputs, over_grpc: Answer):
    over_rest = rest.predict(server.rest, names.UPNEXT, names.SERVING_DEFAULT, inputs)
    assert agreement(over_grpc, over_rest).all()


def test_batch_answers_as_grpc(
    whole_run: WholeRun, histories: list[list[str]], over_grpc: Answer, tmp_path: Path
):
    questions, answers = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = [json.dumps({"user_id": str(n), "item_ids": ids}) for n, ids in enumerate(histories)]
    questions.write_text("\n".join(lines))
    words = ["batch", "--home", whole_run.home, "--histories", questions, "--out", answers, "-k", "100"]
    done = upnext(*words)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{answers}: 200 rankings in ")
    rows = [json.loads(line) for line in answers.read_text().splitlines()]
    assert [row["user_id"] for row in rows] == [str(n) for n in range(200)]
    assert all(set(row) == {"user_id", "item_ids", "scores"} for row in rows)
    batched = as_answer([Ranking(row["item_ids"], row["scores"]) for row in rows])
    assert agreement(over_grpc, batched).all()


def test_the_stock_build_gives_the_same_top_ten(whole_run: WholeRun, inputs: Inputs, over_grpc: Answer):
    stock = LoadedModel(whole_run.model_dir(names.STOCK, names.UPNEXT))
    assert same_top(over_grpc, stock.predict(names.SERVING_DEFAULT, inputs)).mean() >= 0.95


@pytest.mark.parametrize("model", names.MODELS)
def test_contextual_with_neutral_values_is_serving_default(
    whole_run: WholeRun, client: Client, histories: list[list[str]], model: str
):
    some = sorted(whole_run.catalog.item_id)[::5]
    candidates = [some] * len(histories) if model == names.RANKER else None
    signature, plain = build_request(histories, candidates=candidates)
    neutral_signature, neutral = build_request(histories, candidates=candidates, request_time=0)

    assert (signature, neutral_signature) == (names.SERVING_DEFAULT, names.CONTEXTUAL)
    default = client.predict(model, signature, plain)
    assert agreement(default, client.predict(model, neutral_signature, neutral)).all()
    assert set(default) - {names.ITEM_IDS, names.SCORES} == (
        {names.P_COMPLETE, names.P_SKIP} if model == names.RANKER else set()
    )


def test_scores_fall_along_a_row_of_distinct_items(over_grpc: Answer):
    assert over_grpc[names.ITEM_IDS].shape == over_grpc[names.SCORES].shape == (200, 100)
    assert (np.diff(over_grpc[names.SCORES], axis=1) <= 0).all()
    assert all(len(set(row)) == 100 for row in over_grpc[names.ITEM_IDS].tolist())


def test_an_empty_history_gets_what_is_popular(whole_run: WholeRun, client: Client):
    plays = whole_run.catalog.set_index("item_id").plays
    (ranking,) = client.recommend([[]], k=20)
    assert len(ranking.ids) == 20
    assert plays[ranking.ids].mean() > 2 * plays.mean()


def test_unknown_ids_are_as_good_as_absent(client: Client, histories: list[list[str]]):
    history = histories[0][:20]
    mixed = ["who", *history[:10], "", "knows", *history[10:], "these"]
    known, with_unknown, cold, all_unknown = client.recommend([history, mixed, [], ["who", "knows"]], k=100)
    assert agreement(as_answer([known, cold]), as_answer([with_unknown, all_unknown])).all()


def test_a_candidate_that_is_none_scores_nothing(client: Client, histories: list[list[str]]):
    candidates = [["", "who knows", histories[0][0]]]
    signature, inputs = build_request(histories[:1], candidates=candidates)
    (scores,) = client.predict(names.RANKER, signature, inputs)[names.SCORES]
    # the client starts each row with one more ""
    assert np.isneginf(scores).tolist() == [True, True, True, False]


def plays(histories: list[list[str]], length: int) -> list[str]:
    """Returns `length` plays: the listeners' histories, one after the other."""
    joined = [item for history in histories for item in history]
    assert len(joined) >= length
    return joined[-length:]


@pytest.mark.parametrize("length", [1, 3, MAX_LENGTH + 50])
def test_a_history_may_have_any_length(client: Client, histories: list[list[str]], length: int):
    (ranking,) = client.recommend([plays(histories, length)], k=100)
    assert len(set(ranking.ids)) == 100


def test_only_the_newest_of_a_long_history_count(client: Client, histories: list[list[str]]):
    longer = plays(histories, MAX_LENGTH + 50)
    newest, more = client.recommend([longer[-MAX_LENGTH:], longer], k=100)
    assert agreement(as_answer([newest]), as_answer([more])).all()


def test_several_listeners_in_one_request_are_answered_as_each_alone(
    client: Client, histories: list[list[str]]
):
    together = client.recommend(histories[:5], k=100)
    alone = [client.recommend([history], k=100)[0] for history in histories[:5]]
    assert agreement(as_answer(together), as_answer(alone)).all()


def test_the_client_leaves_out_places_that_are_not_filled(whole_run: WholeRun, client: Client):
    answer = client.predict(names.UPNEXT, *build_request([[]], only=[["kind=no such kind"]]))
    assert top_rankings(answer, 100) == [Ranking([], [])]


def test_the_order_of_a_history_changes_the_ranking(client: Client, histories: list[list[str]]):
    long = [history for history in histories if len(set(history)) >= 10][:50]
    backwards = [history[::-1] for history in long]
    forward, backward = client.recommend(long, k=10), client.recommend(backwards, k=10)
    assert np.mean([one.ids != other.ids for one, other in zip(forward, backward, strict=True)]) > 0.9
