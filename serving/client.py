"""A client of the served models over gRPC, this server's or TF Serving's own."""

import ipaddress
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from typing_extensions import Unpack

from models import names
from serving.errors import ServerError
from serving.request import Inputs, Rows, Wishes, build_request
from serving.tensors import to_array, to_proto


class Ranking(NamedTuple):
    """The answer for one listener: ids best first, and their scores; unfilled places are left out."""

    ids: list[str]
    scores: list[float]


class Client:
    """Asks a model server for rankings.

    The arguments of a question are those of `serving.request.build_request`; each has a row a history.

    Args:
        address: `host:port` of the server's gRPC.
        timeout: seconds that one question may take.

    Raises:
        ServerError: by each question, where the server can't be reached or refuses; with its code and message.
    """

    def __init__(self, address: str, *, timeout: float = 30.0) -> None:
        import grpc
        from tensorflow_serving.apis import prediction_service_pb2_grpc

        options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
        if _is_loopback(address):  # a proxy of the environment is elsewhere
            options.append(("grpc.enable_http_proxy", 0))
        self._address, self._timeout = address, timeout
        self._channel = grpc.insecure_channel(address, options=options)
        self._service = prediction_service_pb2_grpc.PredictionServiceStub(self._channel)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection."""
        self._channel.close()

    def recommend(self, histories: Rows, *, k: int, **wishes: Unpack[Wishes]) -> list[Ranking]:
        """Asks what comes next: the best `k` of the whole catalogue for each history."""
        return top_rankings(self.predict(names.UPNEXT, *build_request(histories, **wishes)), k)

    def retrieve(
        self, histories: Rows, *, k: int = names.CANDIDATES, **wishes: Unpack[Wishes]
    ) -> list[Ranking]:
        """Asks which few hundred: the best `k` candidates of retrieval for each history."""
        return top_rankings(self.predict(names.RETRIEVAL, *build_request(histories, **wishes)), k)

    def rank(
        self, histories: Rows, candidates: Rows, *, k: int | None = None, **wishes: Unpack[Wishes]
    ) -> list[Ranking]:
        """Asks in what order: each row's candidates, best first (equals in the order of the request)."""
        signature, inputs = build_request(histories, candidates=candidates, **wishes)
        scores = self.predict(names.RANKER, signature, inputs, (names.SCORES,))[names.SCORES]
        order = np.argsort(-scores, axis=1, kind="stable")
        answer = {
            names.ITEM_IDS: np.take_along_axis(inputs[names.CANDIDATE_IDS], order, 1),
            names.SCORES: np.take_along_axis(scores, order, 1),
        }
        return top_rankings(answer, scores.shape[1] if k is None else k)

    def predict(
        self, model: str, signature: str, inputs: Inputs, outputs: Sequence[str] = ()
    ) -> dict[str, np.ndarray]:
        """Asks one signature of one model as it is."""
        import grpc
        from tensorflow_serving.apis import predict_pb2

        request = predict_pb2.PredictRequest()
        request.model_spec.name, request.model_spec.signature_name = model, signature
        request.output_filter.extend(outputs)
        for name, value in inputs.items():
            to_proto(value, request.inputs[name])
        try:
            answer = self._service.Predict(request, self._timeout)
        except grpc.RpcError as error:
            raise ServerError(f"{self._address}: {error.code().name}: {error.details()}") from None
        return {name: to_array(name, proto) for name, proto in answer.outputs.items()}


def top_rankings(answer: dict[str, np.ndarray], k: int) -> list[Ranking]:
    """Reads the best `k` of each row of an answer; "" and -inf are left out.

    Args:
        answer: `item_ids` bytes [B, K] and `scores` float32 [B, K].
        k: most items of a ranking.

    Raises:
        ServerError: `k` below 1.
    """
    if k < 1:
        raise ServerError(f"k={k}: must be 1 or more")
    rows = zip(answer[names.ITEM_IDS][:, :k].tolist(), answer[names.SCORES][:, :k].tolist(), strict=True)
    return [_ranking(ids, scores) for ids, scores in rows]


def _ranking(ids: list[bytes], scores: list[float]) -> Ranking:
    kept = [place for place, item_id in enumerate(ids) if item_id and scores[place] != -math.inf]
    return Ranking([ids[p].decode("utf-8", "surrogateescape") for p in kept], [scores[p] for p in kept])


def _is_loopback(address: str) -> bool:
    host = address.rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
