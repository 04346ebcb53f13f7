"""Requests for the serving check: random items of the catalogue, never a listener's history."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from models import names
from serving.request import Inputs, build_request

HISTORIES: Final = 50
MAX_LENGTH: Final = 60
CANDIDATES: Final = 30
UNKNOWN_ID: Final = "no such item"


@dataclass(frozen=True)
class Question:
    """One request to one signature of a model."""

    model: str
    signature: str
    inputs: Inputs

    @property
    def name(self) -> str:
        """What messages call the question."""
        return f"{self.model} {self.signature}"


def make_histories(item_ids: Sequence[str], seed: int) -> list[list[str]]:
    """Makes histories of 1 to 60 items, one that is empty, one of unknown items and one with some of both."""
    draw = np.random.default_rng(seed)
    lengths = draw.integers(1, MAX_LENGTH + 1, HISTORIES - 3)
    histories = [[item_ids[i] for i in draw.integers(0, len(item_ids), length)] for length in lengths]
    return [*histories, [], [UNKNOWN_ID] * 3, [UNKNOWN_ID, *histories[0]]]


def make_questions(item_ids: Sequence[str], seed: int) -> list[Question]:
    """Asks `serving_default` and a neutral `contextual` of all three models for the same histories."""
    histories = make_histories(item_ids, seed)
    draw = np.random.default_rng(seed + 1)
    candidates = [[item_ids[i] for i in draw.integers(0, len(item_ids), CANDIDATES)] for _ in histories]
    for row in candidates:
        row[0] = UNKNOWN_ID
    questions = []
    for model in names.MODELS:
        to_rank = candidates if model == names.RANKER else None
        for request_time in (None, 0):  # a time of 0 is neutral, and makes the request contextual
            signature, inputs = build_request(histories, candidates=to_rank, request_time=request_time)
            questions.append(Question(model, signature, inputs))
    return questions
