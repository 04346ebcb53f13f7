from types import SimpleNamespace

import pytest

from components.common.records import (
    TWO_STAGE,
    ContextShape,
    ListenerShape,
    Ranking,
    SpanEvents,
    SplitPlan,
    Summary,
)
from components.composer.compose import describe
from models import names
from tests.models import tiny

SUMMARY = Summary(
    split=SplitPlan(kind="time", reason="", first_cut=5, second_cut=7),
    time_features=True,
    policies={},
    places={},
    events=40,
    listeners=4,
    items=12,
    items_played=11,
    outcomes={},
    heads=[names.P_SKIP],
    context=ContextShape(columns=["device"], slots=1),
    listener=ListenerShape(columns=["plan"]),
    span=(1, 9),
    spans=SpanEvents(first=1, last=2, begin=5, events={1: 30, 2: 10}),
    splits={},
)
QUALITY = {
    TWO_STAGE: Ranking(ndcg_at_10=0.3),
    names.RANKER: Ranking(ndcg_at_10=0.2),
    names.RETRIEVAL: Ranking(ndcg_at_10=0.1),
}


@pytest.mark.parametrize(
    ("kind", "k", "ndcg"),
    [
        (names.UPNEXT, names.ANSWERS, 0.3),
        (names.RANKER, None, 0.2),
        (names.RETRIEVAL, names.CANDIDATES, 0.1),
    ],
)
def test_a_model_is_described_with_its_own_answers_and_quality(kind, k, ndcg):
    inputs = SimpleNamespace(catalog=tiny.catalog(), summary=SUMMARY)

    info = describe(kind, inputs, 20, ["device=car"], QUALITY)

    assert (info.model, info.k, info.quality.ndcg_at_10) == (kind, k, ndcg)
    assert info.item_tokens == {"kind": 2, "creator": 1}
    assert (info.items, info.max_length, info.heads) == (12, 20, [names.P_SKIP])
    assert (info.context_columns, info.listener_columns) == (["device"], ["plan"])
    assert info.as_json()["spans"] == {"first": 1, "last": 2, "begin": 5, "events": {"1": 30, "2": 10}}
