"""The check asks a real server process; toy models stand for the composed ones."""

import json
from pathlib import Path

import pytest
import tensorflow as tf

from components.serving_check.check import check
from models import names

ITEMS = [f"item {i:02}".encode() for i in range(30)]
STRINGS = (names.ITEM_IDS, names.CONTEXT, names.EXCLUDE_IDS, names.ONLY, names.WITHOUT)


def spec(name: str) -> tf.TensorSpec:
    shape = [None] if name == names.REQUEST_TIME else [None, None]
    times = (names.TIMESTAMPS, names.REQUEST_TIME)
    return tf.TensorSpec(shape, tf.int64 if name in times else tf.string, name=name)


def save_toy(path: Path, kind: str, contextual_bonus: float = 0.0, shift: int = 0) -> None:
    """Ranks items by how far their number is from the history's length."""
    module = tf.Module()
    ids = tf.constant(ITEMS)

    def answer(inputs: dict[str, tf.Tensor], bonus: float) -> dict[str, tf.Tensor]:
        length = tf.reduce_sum(tf.cast(inputs[names.ITEM_IDS] != "", tf.float32), 1, keepdims=True)
        if kind == names.RANKER:
            number = tf.cast(tf.strings.length(inputs[names.CANDIDATE_IDS]), tf.float32)
            return {names.SCORES: number * length + bonus}
        number = tf.range(len(ITEMS), dtype=tf.float32)[None, :]
        scores, places = tf.math.top_k(-tf.abs(number - length - shift - 0.3), 20)
        return {names.ITEM_IDS: tf.gather(ids, places), names.SCORES: scores + bonus}

    plain = [names.ITEM_IDS] + ([names.CANDIDATE_IDS] if kind == names.RANKER else [])
    wishes = [names.TIMESTAMPS, names.REQUEST_TIME, *STRINGS[1:]]

    def concrete(inputs: list[str], bonus: float):
        specs = {name: spec(name) for name in inputs}
        return tf.function(lambda **inputs: answer(inputs, bonus)).get_concrete_function(**specs)

    tf.saved_model.save(
        module,
        str(path),
        signatures={
            names.SERVING_DEFAULT: concrete(plain, 0.0),
            names.CONTEXTUAL: concrete(plain + wishes, contextual_bonus),
        },
    )


def save_all(folder: Path, stock_shift: int = 0, contextual_bonus: float = 0.0) -> None:
    for build in names.BUILDS:
        for model in names.MODELS:
            shift = stock_shift if build == names.STOCK else 0
            save_toy(folder / build / model, model, contextual_bonus, shift)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("catalog") / "Split-catalog"
    folder.mkdir()
    with tf.io.TFRecordWriter(str(folder / "data-00000-of-00001.gz"), "GZIP") as writer:
        for item in ITEMS:
            feature = tf.train.Feature(bytes_list=tf.train.BytesList(value=[item]))
            features = tf.train.Features(feature={names.ITEM_ID: feature})
            writer.write(tf.train.Example(features=features).SerializeToString())
    return folder.parent


def report(models: Path, catalog: Path, out: Path) -> dict:
    check(seed=1, models_uri=str(models), catalog_uri=str(catalog), out_uri=str(out))
    return json.loads((out / "serving_check.json").read_text())


def test_a_server_that_answers_as_the_models_passes(tmp_path: Path, catalog: Path) -> None:
    save_all(tmp_path / "models")
    result = report(tmp_path / "models", catalog, tmp_path / "out")
    assert result == {
        "ok": True,
        "figures": {
            "server_agreement": 1.0,
            "neutral_agreement": 1.0,
            "stock_agreement": 1.0,
            "histories": 50,
        },
        "reasons": [],
    }


def test_builds_and_signatures_that_differ_are_told(tmp_path: Path, catalog: Path) -> None:
    save_all(tmp_path / "models", stock_shift=3, contextual_bonus=1.0)
    result = report(tmp_path / "models", catalog, tmp_path / "out")
    assert not result["ok"]
    assert result["figures"]["neutral_agreement"] == 0.0
    assert result["figures"]["stock_agreement"] < 0.5
    assert "upnext: neutral contextual as serving_default in 0 of 50 rows only" in result["reasons"]


def test_a_server_that_does_not_start_fails_the_check(
    tmp_path: Path, catalog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_all(tmp_path / "models")
    monkeypatch.setattr("components.serving_check.fresh_server.sys.executable", "/bin/false")
    result = report(tmp_path / "models", catalog, tmp_path / "out")
    assert result["figures"]["server_agreement"] == 0.0
    assert result["reasons"] == ["the server ended with code 1: it said nothing"]
