from pathlib import Path

import numpy as np
import pytest

from models import names
from tests.components.transform.conftest import serialized


def _transform(features):
    """Stands for a Transform graph: neutral times, one context and listener token."""
    import tensorflow as tf

    def numbers(sparse: tf.SparseTensor, value: int) -> tf.SparseTensor:
        return sparse.with_values(tf.fill(tf.shape(sparse.values), tf.constant(value, tf.int64)))

    times = features[names.TIMESTAMPS]
    added = {name: numbers(times, 0) for name in (names.GAP, names.HOUR, names.WEEKDAY)}
    tokens = {name: numbers(features[name], 1) for name in (names.CONTEXT, names.LISTENER)}
    return {**features, **added, **tokens}


def _window(user: str, items: list[str]) -> bytes:
    size = len(items)
    return serialized(
        user_id=[user],
        window_start=[0],
        item_ids=items,
        timestamps=list(range(1, size + 1)),
        outcomes=[2] * size,
        targets=[0] + [1] * (size - 1),
        listener=["x=1"] * (len(user) - 1),
        context=["s=1", "t=1"] * size,
    )


@pytest.fixture
def items():
    from models.request_features import index_table

    return index_table([b"a", b"b", b"c"], default=0, first=1)


@pytest.fixture
def uri(tmp_path: Path) -> str:
    from components.example_gen.record_files import write_records

    sizes = [(1 + 7 * k) % 13 + 1 for k in range(150)]
    windows = [_window(f"u{k}", ["a"] * size) for k, size in enumerate(sizes)]
    write_records(str(tmp_path), "train", 0, 2, windows[:80])
    write_records(str(tmp_path), "train", 1, 2, windows[80:])
    return str(tmp_path)


def _batches(uri, items, **options):
    from components.trainer.examples_reader import window_dataset

    dataset = window_dataset(
        uri, "train", _transform, items, slots=2, batch_size=8, with_user=True, **options
    )
    return [{name: value.numpy() for name, value in batch.items()} for batch in dataset]


def test_windows_become_left_aligned_tensors(items):
    from components.trainer.examples_reader import parse_windows

    batch = parse_windows(
        [_window("u", ["b", "zzz", "c"]), _window("uu", ["a"])], _transform, items, slots=2, with_user=True
    )
    assert batch[names.ITEM].numpy().tolist() == [[2, 0, 3], [1, 0, 0]]
    assert batch[names.OUTCOME].numpy().tolist() == [[2, 2, 2], [2, 0, 0]]
    assert batch[names.TARGET].numpy().tolist() == [[0, 1, 1], [0, 0, 0]]
    assert batch["timestamps"].numpy().tolist() == [[1, 2, 3], [1, 0, 0]]
    assert batch["context"].numpy().tolist() == [[[1, 1]] * 3, [[1, 1], [0, 0], [0, 0]]]
    assert batch["listener"].numpy().tolist() == [[0], [1]]
    assert batch["user_id"].numpy().tolist() == [b"u", b"uu"]
    indices = (names.ITEM, names.OUTCOME, names.TARGET, names.GAP, names.CONTEXT)
    assert {batch[name].dtype.name for name in indices} == {"int32"}


def test_without_a_seed_windows_keep_the_order_of_the_files(uri, items):
    users = np.concatenate([batch["user_id"] for batch in _batches(uri, items)])
    assert users.tolist() == [f"u{k}".encode() for k in range(150)]


def test_a_shuffle_keeps_each_window_and_repeats_with_its_seed(uri, items):
    one, again, other = (_batches(uri, items, shuffle_seed=seed) for seed in (3, 3, 4))
    users = [[user for batch in run for user in batch["user_id"].tolist()] for run in (one, again, other)]
    assert users[0] == users[1] != users[2]
    assert sorted(users[0]) == sorted(f"u{k}".encode() for k in range(150))
    assert len(one) == 19  # ceil(150 / 8)


def test_a_shuffled_batch_holds_short_windows_and_long_ones_the_shortest_first(uri, items):
    lengths = [(batch[names.ITEM] > 0).sum(axis=1) for batch in _batches(uri, items, shuffle_seed=3)]

    assert all((np.diff(batch) >= 0).all() for batch in lengths)
    means = [batch.mean() for batch in lengths[:-1]]
    assert np.std(means) < np.concatenate(lengths).std() / 2


def test_each_pass_is_shuffled_anew(uri, items):
    from components.trainer.examples_reader import window_dataset

    dataset = window_dataset(
        uri, "train", _transform, items, slots=2, batch_size=8, shuffle_seed=1, with_user=True
    )
    first, second = ([b["user_id"].numpy().tolist() for b in dataset] for _ in range(2))
    assert first != second


def test_a_split_that_is_not_there_is_told(uri, items):
    from components.trainer.examples_reader import window_dataset

    with pytest.raises(FileNotFoundError, match="'eval'"):
        window_dataset(uri, "eval", _transform, items, slots=2, batch_size=8)


def test_known_is_all_without_the_targets_of_test(items, tmp_path: Path) -> None:
    from components.example_gen.record_files import write_records
    from components.trainer.examples_reader import window_dataset

    window = serialized(
        user_id=["u"],
        window_start=[0],
        item_ids=["a", "b", "c"],
        timestamps=[1, 2, 3],
        outcomes=[2, 2, 2],
        targets=[names.TARGET_OF[split] for split in (names.TRAIN, names.EVAL, names.TEST)],
        listener=[],
        context=["", ""] * 3,
    )
    write_records(str(tmp_path), names.ALL, 0, 1, [window])

    (batch,) = window_dataset(str(tmp_path), names.KNOWN, _transform, items, slots=2, batch_size=8)

    assert (batch[names.TARGET].numpy() > 0).tolist() == [[True, True, False]]
    assert batch[names.ITEM].numpy().tolist() == [[1, 2, 3]]
