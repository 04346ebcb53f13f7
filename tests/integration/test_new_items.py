"""An item without a play has a place: its content speaks for it."""

import numpy as np
import pytest

from models import names
from serving.client import Client
from tests.integration.whole import UNHEARD_OF, WholeRun

FANS = 20


def whole_order(client: Client, histories: list[list[str]]) -> list[list[str]]:
    """Retrieval's order of the whole catalogue: it is asked for the rest until there is none."""
    answers: list[list[str]] = [[] for _ in histories]
    while True:
        exclude = answers if answers[0] else None
        more = client.retrieve(histories, exclude=exclude)
        if not any(ranking.ids for ranking in more):
            return answers
        answers = [[*ids, *ranking.ids] for ids, ranking in zip(answers, more, strict=True)]


def fans(whole_run: WholeRun, creator: str) -> list[list[str]]:
    """Histories of those who played most of a creator."""
    own = whole_run.events[whole_run.events.item_id.isin(whole_run.with_token(f"creator={creator}"))]
    return [whole_run.histories[user] for user in own.user_id.value_counts().index[:FANS]]


@pytest.mark.parametrize("item", [f"unheard-{number}" for number in range(UNHEARD_OF)])
def test_an_item_without_a_play_is_retrieved_for_those_who_like_its_creator(
    whole_run: WholeRun, client: Client, item: str
):
    row = whole_run.catalog.set_index("item_id").loc[item]
    orders = whole_order(client, fans(whole_run, row.creator))
    places = np.array([order.index(item) for order in orders])

    assert row.plays == 0
    assert all(len(order) == len(whole_run.catalog) for order in orders)
    assert (places < names.CANDIDATES).mean() > 0.9
    assert places.mean() < len(whole_run.catalog) / 5


def test_an_item_without_a_play_can_be_asked_for_by_its_creator(whole_run: WholeRun, client: Client):
    row = whole_run.catalog.set_index("item_id").loc["unheard-0"]
    histories = fans(whole_run, row.creator)
    answers = client.recommend(histories, k=100, only=[[f"creator={row.creator}"]] * len(histories))
    assert all("unheard-0" in answer.ids for answer in answers)
