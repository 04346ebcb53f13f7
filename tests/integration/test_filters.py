"""`exclude_ids`, `only` and `without` are exact, row by row."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from models import names
from serving.client import Client
from serving.loaded_model import LoadedModel
from serving.request import build_request
from tests.integration.whole import AUDIOBOOK_TOKEN, WholeRun

WIDTH = {names.RETRIEVAL: 200, names.UPNEXT: 100}
WISHES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "a long history left out": {"exclude": ["HISTORY"]},
    "nearly everything left out": {"exclude": ["MOST"]},
    "the rarest kind only": {"only": [AUDIOBOOK_TOKEN]},
    "another kind only": {"only": ["kind=episode"]},
    "a wide genre only": {"only": ["genre=country"]},
    "either of two": {"only": ["genre=folk", AUDIOBOOK_TOKEN]},
    "an unknown token only": {"only": ["genre=polka"]},
    "a known and an unknown token": {"only": ["genre=folk", "genre=polka"]},
    "without the rarest kind": {"without": [AUDIOBOOK_TOKEN]},
    "without all but the rarest kind": {"without": ["kind=track", "kind=episode"]},
    "without an unknown token": {"without": ["genre=polka"]},
    "all three": {"exclude": ["HISTORY"], "only": ["kind=track"], "without": ["genre=country"]},
    "what shuts itself out": {"only": ["genre=folk"], "without": ["genre=folk"]},
}
each_wish = pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES)
each_model = pytest.mark.parametrize("model", WIDTH)


@pytest.fixture(scope="module")
def history(whole_run: WholeRun) -> list[str]:
    """500 plays in a row, of some 250 items."""
    items = sorted(whole_run.catalog.item_id[whole_run.catalog.plays > 0])
    half = np.random.default_rng(0).permutation(items)[:250]
    return np.random.default_rng(1).choice(half, 500).tolist()


def filled_in(
    whole_run: WholeRun, history: list[str], wish: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """A wish with the ids in the place of HISTORY and MOST."""
    sets = {"HISTORY": history, "MOST": sorted(whole_run.catalog.item_id)[:-30]}
    return {key: [value for part in parts for value in sets.get(part, [part])] for key, parts in wish.items()}


def eligible(whole_run: WholeRun, wish: Mapping[str, list[str]]) -> set[str]:
    """What a wish allows, from the catalogue's own rows."""
    allowed = set(whole_run.catalog.item_id)
    if "only" in wish:
        allowed &= set().union(*map(whole_run.with_token, wish["only"]))
    return allowed.difference(wish.get("exclude", []), *map(whole_run.with_token, wish.get("without", [])))


def ask(client: Client, model: str, histories: list[list[str]], **wishes: list[list[str]]) -> list[list[str]]:
    """The ids of each row, "" included."""
    answer = client.predict(model, *build_request(histories, **wishes))
    return [[item.decode() for item in row] for row in answer[names.ITEM_IDS].tolist()]


@each_model
@each_wish
def test_an_answer_holds_distinct_eligible_items_as_many_as_there_are(
    whole_run: WholeRun, client: Client, history: list[str], model: str, wish: Mapping[str, Sequence[str]]
):
    wish = filled_in(whole_run, history, wish)
    allowed = eligible(whole_run, wish)
    signature, inputs = build_request([history], **{key: [values] for key, values in wish.items()})
    answer = client.predict(model, signature, inputs)
    (ids,), (scores,) = answer[names.ITEM_IDS].tolist(), answer[names.SCORES]
    filled = min(len(allowed), WIDTH[model])

    assert len(ids) == WIDTH[model]
    assert len(set(ids[:filled])) == filled
    assert {item.decode() for item in ids[:filled]} <= allowed
    assert np.isfinite(scores[:filled]).all()
    assert (np.diff(scores[:filled]) <= 0).all()
    assert set(ids[filled:]) <= {b""}
    assert np.isneginf(scores[filled:]).all()


def test_the_rarest_kind_is_two_percent_of_the_catalogue(whole_run: WholeRun):
    share = len(whole_run.with_token(AUDIOBOOK_TOKEN)) / len(whole_run.catalog)
    assert 0.015 < share < 0.025


def test_a_filter_applies_before_the_top_is_taken(whole_run: WholeRun, client: Client, history: list[str]):
    country = whole_run.with_token("genre=country")
    exact = LoadedModel(whole_run.model_dir(names.STOCK, names.RETRIEVAL))
    unfiltered = exact.predict(*build_request([history]))[names.ITEM_IDS][0].tolist()
    best = [item.decode() for item in unfiltered if item.decode() not in country]
    (filtered,) = ask(client, names.RETRIEVAL, [history], without=[["genre=country"]])

    assert len(best) < len(filtered)
    assert filtered[: len(best)] == best


def test_a_row_is_answered_alike_whatever_the_other_rows_ask(client: Client, history: list[str]):
    nothing: list[str] = []
    alone = ask(client, names.UPNEXT, [history])
    mixed = ask(
        client,
        names.UPNEXT,
        [history, history, history, history[:3]],
        exclude=[nothing, history, nothing, nothing],
        only=[nothing, nothing, [AUDIOBOOK_TOKEN], nothing],
        without=[nothing, nothing, nothing, ["kind=episode"]],
    )
    apart = [
        ask(client, names.UPNEXT, [history], exclude=[history]),
        ask(client, names.UPNEXT, [history], only=[[AUDIOBOOK_TOKEN]]),
        ask(client, names.UPNEXT, [history[:3]], without=[["kind=episode"]]),
    ]
    assert mixed == [*alone, *(row for (row,) in apart)]


@each_wish
def test_a_candidate_that_is_not_eligible_scores_minus_infinity(
    whole_run: WholeRun, client: Client, history: list[str], wish: Mapping[str, Sequence[str]]
):
    wish = filled_in(whole_run, history, wish)
    candidates = sorted(whole_run.catalog.item_id)
    wishes = {key: [values] for key, values in wish.items()}
    signature, inputs = build_request([history], candidates=[candidates], **wishes)
    (scores,) = client.predict(names.RANKER, signature, inputs)[names.SCORES]

    scored = {item for item, score in zip(["", *candidates], scores, strict=True) if np.isfinite(score)}
    assert scored == eligible(whole_run, wish)
