from typing import Any

from models import names
from tests.components.transform.conftest import serialized


def _window(items: list[str], times: list[int], **more: Any) -> bytes:
    size = len(items)
    features = {
        "user_id": ["u"],
        "window_start": [0],
        "item_ids": items,
        "timestamps": times,
        "outcomes": [0] * size,
        "targets": [1] * size,
        "listener": [],
        "context": [""] * size,
    }
    return serialized(**{**features, **more})


def _log_features(fit, examples: list[bytes]):
    from components.transform.log_features import preprocessing_fn

    return fit("log", preprocessing_fn, examples)[1]


def test_times_become_gap_hour_and_weekday_at_the_places_of_the_items(fit):
    day = 86_400
    windows = [_window(["a", "b"], [day, day + gap]) for gap in range(1, 401)]
    apply = _log_features(fit, windows)
    probe = [
        _window(["a", "b", "c", "d"], [day, day + 3600, 0, 3 * day]),
        _window(["a", "b", "c"], [5 * day, 5 * day + 1, 5 * day + 200]),
    ]
    features = apply(probe)
    assert features[names.HOUR] == [[1, 2, 0, 1], [1, 1, 1]]
    assert features[names.WEEKDAY] == [[5, 5, 0, 7], [2, 2, 2]]  # Friday; Sunday; Tuesday
    # No event before, beyond the largest gap, an unknown time, after an unknown time.
    assert features[names.GAP][0] == [0, 16, 0, 0]
    first, smallest, middle = features[names.GAP][1]
    assert (first, smallest) == (0, 1)
    assert 7 <= middle <= 9
    assert features[names.ITEM_IDS][0] == [b"a", b"b", b"c", b"d"]
    assert features[names.TARGETS][0] == [1, 1, 1, 1]
    # A gap has one bucket wherever it stands in a batch.
    alone = apply(probe[1:])[names.GAP][0]
    many = apply(probe[1:] * 37)[names.GAP]
    assert many == [alone] * 37


def test_listener_and_context_share_a_vocabulary_with_a_place_for_unknown_tokens(fit):
    window = _window(["a", "b"], [0, 0], listener=["country=SE"], context=["surface=home", ""])
    rare = _window(["a"], [0], listener=["country=NO"])
    apply = _log_features(fit, [window] * 6 + [rare])
    known = apply([window])
    assert sorted([known["listener"][0][0], known["context"][0][0]]) == [1, 2]
    assert known["context"][0][1] == 0
    assert apply([rare])["listener"] == [[3]]
    assert apply([_window(["a"], [0], context=["country=SE"])])["context"] == known["listener"]


def test_a_log_without_times_and_tokens_has_neutral_features(fit):
    window = _window(["a", "b"], [0, 0])
    features = _log_features(fit, [window])([window, _window([], [])])
    for name in (names.GAP, names.HOUR, names.WEEKDAY, names.CONTEXT):
        assert features[name] == [[0, 0], []]
    assert features[names.LISTENER] == [[], []]
