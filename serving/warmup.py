"""Warm-up requests, asked before a version serves, so that no client waits for TensorFlow's first call.

TF Serving reads them from `assets.extra/tf_serving_warmup_requests`, a TFRecord of PredictionLog. They are
made from ids of the catalogue, never taken from a listener.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from models import names
from serving.errors import INVALID_ARGUMENT, UNIMPLEMENTED, ServingError
from serving.examples import CLASSIFY, REGRESS, Task, infer
from serving.loaded_model import LoadedModel
from serving.request import Inputs, Wishes, build_request
from serving.tensors import to_array, to_proto
from serving.versions import is_version

if TYPE_CHECKING:
    from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

WARMUP_FILE = "tf_serving_warmup_requests"
MAX_REQUESTS = 1000  # TF Serving refuses more
_METHODS: Final = {"classify_log": CLASSIFY, "regress_log": REGRESS}


def warmup_path(model_dir: Path) -> Path:
    """Returns the place of the warm-up requests in a SavedModel's folder."""
    return Path(model_dir) / names.EXTRA_ASSETS / WARMUP_FILE


def make_requests(model: str, item_ids: Sequence[str]) -> dict[str, list[Inputs]]:
    """Makes requests of each signature of one of the three models: a cold start, a short and a long history.

    Args:
        model: `retrieval`, `ranker` or `upnext`.
        item_ids: some ids of the catalogue, in any order; the made histories cycle through them.
    """
    requests: dict[str, list[Inputs]] = {names.SERVING_DEFAULT: [], names.CONTEXTUAL: []}
    for rows, length in ((1, 0), (1, 8), (4, 200)):
        history = [item_ids[place % len(item_ids)] for place in range(length)] if item_ids else []
        histories = [history] * rows
        candidates = [list(item_ids[:100])] * rows if model == names.RANKER else None
        several: tuple[Wishes, ...] = ({}, {"request_time": 0}, {"exclude": histories})
        for wishes in several:
            signature, inputs = build_request(histories, candidates=candidates, **wishes)
            requests[signature].append(inputs)
    return requests


def write_warmup(model_dir: Path | str, requests: Mapping[str, Sequence[Inputs]]) -> Path:
    """Writes warm-up requests into a SavedModel's folder; returns the file's path.

    Args:
        model_dir: the model's folder, or that of a version in it.
        requests: inputs of each request, by signature.

    Raises:
        ValueError: more requests than TF Serving takes.
    """
    import tensorflow as tf
    from tensorflow_serving.apis import prediction_log_pb2

    if sum(map(len, requests.values())) > MAX_REQUESTS:
        raise ValueError(f"at most {MAX_REQUESTS} warm-up requests can be written")
    folder, path = Path(model_dir), warmup_path(Path(model_dir))
    model = (folder.parent if is_version(folder.name) else folder).name
    path.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for signature, inputs, is_last in (
            (signature, inputs, inputs is several[-1])
            for signature, several in requests.items()
            for inputs in several
        ):
            log = prediction_log_pb2.PredictionLog()
            request = log.predict_log.request
            request.model_spec.name = model
            if model == names.RANKER and is_last:  # as the client asks: each set of outputs is prepared apart
                request.output_filter.append(names.SCORES)
            request.model_spec.signature_name = signature
            for name, value in inputs.items():
                to_proto(value, request.inputs[name])
            writer.write(log.SerializeToString(deterministic=True))
    return path


def run_warmup(model: LoadedModel, times: int = 1) -> int:
    """Asks the warm-up requests of a loaded version, if it has any; returns how many there were.

    Args:
        model: the version.
        times: how often each is asked.

    Raises:
        ServingError: the model can't answer one, or there are too many: such a version must not serve.
    """
    from tensorflow.python.lib.io._pywrap_record_io import RecordIterator
    from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

    path = warmup_path(model.path)
    if not path.exists():
        return 0
    count = 0
    for record in RecordIterator(str(path), ""):
        if count == MAX_REQUESTS:
            message = f"Number of warmup records exceeds the maximum ({MAX_REQUESTS}) at {path}"
            raise ServingError(INVALID_ARGUMENT, message)
        log = PredictionLog.FromString(record)
        for _ in range(times):
            _ask(model, log)
        count += 1
    return count


def _ask(model: LoadedModel, log: "PredictionLog") -> None:
    """Asks one logged request, of any kind that TF Serving warms up by."""
    kind = log.WhichOneof("log_type")
    if kind == "predict_log":
        request = log.predict_log.request
        inputs = {name: to_array(name, proto) for name, proto in request.inputs.items()}
        model.predict(request.model_spec.signature_name, inputs, outputs=tuple(request.output_filter))
    elif kind in _METHODS:
        request = getattr(log, kind).request
        infer(model, [Task(request.model_spec.signature_name, _METHODS[kind])], request.input, sys.maxsize)
    elif kind == "multi_inference_log":
        request = log.multi_inference_log.request
        tasks = [Task(task.model_spec.signature_name, task.method_name) for task in request.tasks]
        infer(model, tasks, request.input, sys.maxsize)
    else:
        raise ServingError(UNIMPLEMENTED, f"Unsupported log_type for warmup: {kind}")
