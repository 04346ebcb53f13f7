"""The listening world: a log that the project makes itself, seeded, at any size, whose truth is known."""

from listening_log.world.making import DAYS, ITEMS, SEED, START, USERS, WorldSummary, make_world
from listening_log.world.truth import Truth, load_truth, true_ranking_scores

__all__ = [
    "DAYS",
    "ITEMS",
    "SEED",
    "START",
    "USERS",
    "Truth",
    "WorldSummary",
    "load_truth",
    "make_world",
    "true_ranking_scores",
]
