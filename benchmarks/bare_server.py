"""The least that a Python server of a SavedModel can do: gRPC around a graph that answers constants.

python -m benchmarks.bare_server PORT FOLDER

FOLDER takes the SavedModel, which the model server can serve as well: then what differs is the server alone. It
reads and writes tensors as TensorFlow's own helpers do, and answers as many ids and scores as `retrieval`.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import grpc
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from models import names

THREADS: Final = 16


class Empty(tf.Module):
    """Answers the same ids and scores, whatever the history."""

    def __init__(self) -> None:
        super().__init__()
        self.ids = tf.Variable([[f"track-{number:016d}" for number in range(names.CANDIDATES)]])
        self.scores = tf.Variable(tf.linspace([1.0], [0.0], names.CANDIDATES, axis=1))

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.string, names.ITEM_IDS)])
    def answer(self, item_ids: tf.Tensor) -> dict[str, tf.Tensor]:
        del item_ids
        return {names.ITEM_IDS: self.ids.read_value(), names.SCORES: self.scores.read_value()}


class Servicer(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Predict alone, without a check.

    Args:
        path: of the SavedModel.
    """

    def __init__(self, path: str) -> None:
        self._loaded = tf.saved_model.load(path)
        self._answer = self._loaded.signatures[names.SERVING_DEFAULT]

    def Predict(
        self, request: predict_pb2.PredictRequest, context: grpc.ServicerContext
    ) -> predict_pb2.PredictResponse:
        del context
        inputs = {name: tf.constant(tf.make_ndarray(proto)) for name, proto in request.inputs.items()}
        response = predict_pb2.PredictResponse()
        for name, value in self._answer(**inputs).items():
            response.outputs[name].CopyFrom(tf.make_tensor_proto(value))
        return response


def start(port: int, folder: str) -> tuple[grpc.Server, int]:
    """Starts the server on loopback and returns it with its port; port 0 takes a free one."""
    empty = Empty()
    tf.saved_model.save(empty, folder, signatures={names.SERVING_DEFAULT: empty.answer})
    servicer = Servicer(folder)
    server = grpc.server(ThreadPoolExecutor(THREADS))
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(servicer, server)
    port = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return server, port


if __name__ == "__main__":
    running, bound_port = start(int(sys.argv[1]), sys.argv[2])
    print(bound_port, flush=True)
    sys.stdin.read()  # until the benchmark closes it
    running.stop(None)
