"""The check's requests are made, and cover what a client may send."""

from components.serving_check.questions import HISTORIES, make_histories, make_questions
from models import names

ITEMS = [f"item {i}" for i in range(5)]


def test_histories_hold_the_odd_cases() -> None:
    histories = make_histories(ITEMS, seed=1)
    assert len(histories) == HISTORIES
    assert [] in histories
    assert ["no such item"] * 3 in histories
    assert {item for row in histories for item in row} == {*ITEMS, "no such item"}


def test_one_seed_makes_the_same_histories() -> None:
    assert make_histories(ITEMS, seed=1) == make_histories(ITEMS, seed=1)
    assert make_histories(ITEMS, seed=1) != make_histories(ITEMS, seed=2)


def test_every_model_is_asked_both_signatures_for_the_same_histories() -> None:
    questions = make_questions(ITEMS, seed=1)
    assert [(q.model, q.signature) for q in questions] == [
        (model, signature)
        for model in names.MODELS
        for signature in (names.SERVING_DEFAULT, names.CONTEXTUAL)
    ]
    assert all((q.inputs[names.ITEM_IDS] == questions[0].inputs[names.ITEM_IDS]).all() for q in questions)
    assert set(questions[1].inputs) == {
        names.ITEM_IDS,
        names.TIMESTAMPS,
        names.REQUEST_TIME,
        names.CONTEXT,
        names.EXCLUDE_IDS,
        names.ONLY,
        names.WITHOUT,
    }
