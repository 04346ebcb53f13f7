"""How the bandit learns: from decisions whose answers are some time old, and the plays that came of them.

A decision is learnt from once, by whichever process claims it; sums grow in the store by compare and swap, and a sum
doesn't depend on the order. So any number of processes may learn at a time. One that dies between its claim and its
sums loses what it claimed, and never counts it twice.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from models import names
from surfaces.home.decided import DecidedPage
from surfaces.home.learnt import Learnt
from surfaces.service.service import Service
from surfaces.store.records import Decision, Json, Response

WAIT: Final = 1800
"""Seconds after which the plays that come of an answer are there."""
BATCH: Final = 500
"""Most decisions of one step."""
SKIP_COST: Final = 0.5
"""What a skipped item takes from the reward."""
_LISTENED_MS: Final = 30_000


def state_name(surface: str) -> str:
    """Under which name the store keeps what is learnt on a surface."""
    return f"bandit of {surface}"


def learn(service: Service, surface: str, until: int) -> int:
    """Learns from the decisions on a surface that were made up to a time; returns from how many.

    Args:
        service: for its store, and for the log's rules of what is a skip.
        surface: whose bandit learns.
        until: unix seconds by the server's clock: `WAIT` ago, unless all plays are known to be there.

    Raises:
        UnavailableError: the store can't be used now.
    """
    total = 0
    while decisions := service.store.claim_decisions(surface, until, BATCH):
        responses = service.store.responses([decision.request_id for decision in decisions])
        _add(service, surface, decisions, shelf_rewards(service, responses))
        total += len(decisions)
    return total


def shelf_rewards(service: Service, responses: Sequence[Response]) -> dict[str, dict[str, float]]:
    """What each shelf of each request was worth: its items that were heard, less a part of those skipped.

    An item was heard if it was played to its end or for half a minute, and skipped if it was skipped before. Of
    several plays of an item the best counts.

    Returns:
        The rewards by request and then by shelf; requests and shelves of which nothing came are left out.
    """
    known = [one for one in responses if service.catalogue.place_of(one.play.item_id) is not None]
    plays = service.plays_of([one.play for one in known])
    best = dict[tuple[str, str, str], float]()
    for one, outcome, ms in zip(known, plays.outcomes.tolist(), plays.ms_played.tolist(), strict=True):
        heard = ms >= _LISTENED_MS or outcome in (names.COMPLETED, names.UNKNOWN)
        worth = 1.0 if heard else -SKIP_COST if outcome == names.SKIPPED else 0.0
        item = one.request_id, one.shelf, one.play.item_id
        best[item] = max(worth, best.get(item, worth))
    rewards: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (request, shelf, _), worth in best.items():
        rewards[request][shelf] += worth
    return rewards


def _add(
    service: Service, surface: str, decisions: Sequence[Decision], rewards: dict[str, dict[str, float]]
) -> None:
    pages = [
        DecidedPage.model_validate(decision.content).rewarded(rewards.get(decision.request_id, {}))
        for decision in decisions
    ]
    shelves = [shelf for of_page, _ in pages for shelf in of_page]
    mixes = [mix for _, mix in pages]

    def grow(state: Json) -> Json:
        return Learnt.from_json(state).plus(shelves, mixes).to_json()

    service.store.change_state(state_name(surface), grow)
