from pathlib import Path

import pytest
from tensorflow.python.lib.io.tf_record import TFRecordWriter
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from models import names
from serving.errors import ServingError
from serving.examples import CLASSIFY, REGRESS
from serving.loaded_model import LoadedModel
from serving.warmup import make_requests, run_warmup, warmup_path, write_warmup
from tests.serving.toy import ITEMS, save_half_plus, save_toy


@pytest.mark.parametrize("model", names.MODELS)
def test_made_requests_ask_both_signatures_of_each_model(home: Path, model: str) -> None:
    loaded = LoadedModel(home / "serving" / names.SCANN / model / "1")
    requests = make_requests(model, ITEMS)
    counts = {signature: len(several) for signature, several in requests.items()}
    assert counts == {names.SERVING_DEFAULT: 3, names.CONTEXTUAL: 6}
    assert run_warmup(loaded) == 9


def test_requests_are_written_as_tf_serving_reads_them(tmp_path: Path) -> None:
    import tensorflow as tf
    from tensorflow_serving.apis import prediction_log_pb2

    path = write_warmup(tmp_path / "upnext" / "1", make_requests(names.UPNEXT, ITEMS))
    assert path == tmp_path / "upnext" / "1" / "assets.extra" / "tf_serving_warmup_requests"
    (first, *_) = tf.data.TFRecordDataset(str(path)).as_numpy_iterator()
    request = prediction_log_pb2.PredictionLog.FromString(first).predict_log.request
    assert request.model_spec.name == "upnext"
    assert request.model_spec.signature_name == "serving_default"


def test_the_ranker_is_asked_for_its_scores_alone_too_as_the_client_does(tmp_path: Path) -> None:
    import tensorflow as tf
    from tensorflow_serving.apis import prediction_log_pb2

    path = write_warmup(tmp_path / "ranker" / "1", make_requests(names.RANKER, ITEMS))
    records = tf.data.TFRecordDataset(str(path)).as_numpy_iterator()
    asked_for = {
        (request.model_spec.signature_name, tuple(request.output_filter))
        for record in records
        for request in [prediction_log_pb2.PredictionLog.FromString(record).predict_log.request]
    }
    signatures = (names.SERVING_DEFAULT, names.CONTEXTUAL)
    assert asked_for == {
        (signature, outputs) for signature in signatures for outputs in [(), (names.SCORES,)]
    }


def test_a_model_without_warmup_requests_needs_none(tmp_path: Path) -> None:
    save_toy(names.UPNEXT, tmp_path / "1")
    assert run_warmup(LoadedModel(tmp_path / "1")) == 0


def test_a_model_that_fails_its_warmup_is_broken(tmp_path: Path) -> None:
    save_toy(names.UPNEXT, tmp_path / "1")
    write_warmup(tmp_path / "1", make_requests(names.RANKER, ITEMS))
    with pytest.raises(ServingError):
        run_warmup(LoadedModel(tmp_path / "1"))


def test_the_models_name_is_its_folders_with_or_without_a_version(tmp_path: Path) -> None:
    requests = make_requests(names.UPNEXT, ITEMS)
    with_version = write_warmup(tmp_path / "upnext" / "1", requests).read_bytes()
    assert write_warmup(tmp_path / "upnext", requests).read_bytes() == with_version


def test_more_requests_than_tf_serving_takes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at most 1000"):
        write_warmup(tmp_path / "1", {names.SERVING_DEFAULT: [{}] * 1001})


def write_logs(model_dir: Path, logs: list[PredictionLog]) -> None:
    path = warmup_path(model_dir)
    path.parent.mkdir()
    with TFRecordWriter(str(path)) as writer:
        for log in logs:
            writer.write(log.SerializeToString())


def example_log(kind: str, signature: str) -> PredictionLog:
    log = PredictionLog()
    request = getattr(log, kind).request
    request.model_spec.signature_name = signature
    request.input.example_list.examples.add().features.feature["x"].float_list.value.append(1.0)
    return log


def test_a_model_is_warmed_up_by_every_kind_that_tf_serving_takes(tmp_path: Path) -> None:
    several = PredictionLog()
    request = several.multi_inference_log.request
    request.input.example_list.examples.add().features.feature["x"].float_list.value.append(1.0)
    for signature, method in (("classify", CLASSIFY), ("regress", REGRESS)):
        task = request.tasks.add(method_name=method)
        task.model_spec.signature_name = signature
    save_half_plus(2.0, tmp_path / "1")
    write_logs(
        tmp_path / "1",
        [example_log("classify_log", "classify"), example_log("regress_log", "regress"), several],
    )
    assert run_warmup(LoadedModel(tmp_path / "1"), times=2) == 3


@pytest.mark.parametrize(
    ("logs", "message"),
    [
        ([example_log("regress_log", "classify")], "No regression outputs"),
        ([PredictionLog(session_run_log={})], "Unsupported log_type for warmup: session_run_log"),
        ([example_log("regress_log", "regress")] * 1001, r"exceeds the maximum \(1000\)"),
    ],
    ids=["another method", "a session's run", "too many"],
)
def test_warm_up_requests_that_tf_serving_refuses_break_a_model(
    tmp_path: Path, logs: list[PredictionLog], message: str
) -> None:
    save_half_plus(2.0, tmp_path / "1")
    write_logs(tmp_path / "1", logs)
    with pytest.raises(ServingError, match=message):
        run_warmup(LoadedModel(tmp_path / "1"))
