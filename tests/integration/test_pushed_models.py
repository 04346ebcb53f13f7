"""What lies under HOME/serving after a push."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from models import names
from serving.tensors import to_array
from tests.integration.whole import AUDIOBOOKS, ITEMS, PLACES, UNHEARD_OF, WholeRun

each_model = pytest.mark.parametrize(("build", "model"), PLACES)


def ops(model_dir: Path) -> set[str]:
    """The names of all ops of a SavedModel, those in functions too."""
    from tensorflow.core.protobuf import saved_model_pb2

    saved = saved_model_pb2.SavedModel.FromString((model_dir / "saved_model.pb").read_bytes())
    graphs = [graph.graph_def for graph in saved.meta_graphs]
    nodes = [node for graph in graphs for node in graph.node]
    nodes += [node for graph in graphs for function in graph.library.function for node in function.node_def]
    return {node.op for node in nodes}


def warm_up_requests(model_dir: Path) -> list[Any]:
    """The PredictRequests in a model's warm-up file."""
    import tensorflow as tf
    from tensorflow_serving.apis import prediction_log_pb2

    records = tf.data.TFRecordDataset(str(model_dir / "assets.extra" / "tf_serving_warmup_requests"))
    logs = [prediction_log_pb2.PredictionLog.FromString(record.numpy()) for record in records]
    return [log.predict_log.request for log in logs]


@each_model
def test_the_scann_op_is_in_the_scann_builds_that_search_and_in_no_other(
    whole_run: WholeRun, build: str, model: str
):
    has_scann = any("scann" in op.lower() for op in ops(whole_run.model_dir(build, model)))
    assert has_scann == (build == names.SCANN and model in (names.RETRIEVAL, names.UPNEXT))


def test_all_six_models_share_one_version(whole_run: WholeRun):
    assert len({whole_run.model_dir(build, model).name for build, model in PLACES}) == 1


@each_model
def test_a_model_says_what_a_client_needs_to_know(whole_run: WholeRun, build: str, model: str):
    info = json.loads((whole_run.model_dir(build, model) / "assets.extra" / "upnext.json").read_text())

    assert info["model"] == model
    assert info["k"] == {names.RETRIEVAL: 200, names.RANKER: None, names.UPNEXT: 100}[model]
    assert info["items"] == ITEMS + UNHEARD_OF + AUDIOBOOKS
    assert info["heads"] == [names.P_COMPLETE, names.P_SKIP]
    assert info["context_columns"] == ["device", "surface"]
    assert {token.partition("=")[0] for token in info["context_tokens"]} >= {"device", "surface"}
    assert info["listener_columns"] == ["age", "country", "plan"]
    assert info["quality"]["ndcg@10"] > 0


@each_model
def test_warm_up_requests_are_of_both_signatures(whole_run: WholeRun, build: str, model: str):
    specs = [request.model_spec for request in warm_up_requests(whole_run.model_dir(build, model))]

    assert {spec.signature_name for spec in specs} == {names.SERVING_DEFAULT, names.CONTEXTUAL}
    assert {spec.name for spec in specs} <= {"", model}


@pytest.mark.parametrize("build", names.BUILDS)
def test_the_config_beside_the_models_is_one_that_tf_serving_reads(whole_run: WholeRun, build: str):
    from google.protobuf import text_format
    from tensorflow_serving.config import model_server_config_pb2

    folder = whole_run.home / "serving" / build
    text = (folder / "models.config").read_text()
    config = text_format.Parse(text, model_server_config_pb2.ModelServerConfig())

    entries = config.model_config_list.config
    assert {entry.name: entry.base_path for entry in entries} == {m: str(folder / m) for m in names.MODELS}
    assert {entry.model_platform for entry in entries} == {"tensorflow"}


def files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("folder", ["serving", "logs"])
def test_no_listener_is_named_in_what_is_pushed_or_logged(whole_run: WholeRun, folder: str):
    # every listener of a made world is named so
    assert all(user_id.startswith("listener-0") for user_id in whole_run.histories)
    naming = [str(path) for path in files(whole_run.home / folder) if b"listener-0" in path.read_bytes()]
    assert naming == []


@each_model
def test_no_listeners_plays_are_in_a_warm_up_request(whole_run: WholeRun, build: str, model: str):
    histories = [
        [item.decode() for item in row]
        for request in warm_up_requests(whole_run.model_dir(build, model))
        for row in to_array(names.ITEM_IDS, request.inputs[names.ITEM_IDS]).tolist()
    ]
    assert runs_of_four(histories)
    assert runs_of_four(histories) & runs_of_four(whole_run.histories.values()) == set()


def runs_of_four(histories: Iterable[list[str]]) -> set[tuple[str, ...]]:
    """All sequences of four plays in a row."""
    return {tuple(plays[at : at + 4]) for plays in histories for at in range(len(plays) - 3)}
