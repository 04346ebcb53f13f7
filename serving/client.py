"""A client of the served models over gRPC, this server's or TF Serving's own."""

import math
from collections.abc import Callable, Sequence
from itertools import cycle
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from typing_extensions import Unpack

from models import names
from serving.channel import CallError, Tls, open_channels
from serving.errors import ServerError
from serving.request import Inputs, Rows, Wishes, build_request
from serving.tensors import to_array, to_proto

if TYPE_CHECKING:
    from tensorflow_serving.apis.predict_pb2 import PredictRequest, PredictResponse


class Ranking(NamedTuple):
    """The answer for one listener: ids best first, and their scores; unfilled places are left out."""

    ids: list[str]
    scores: list[float]


class Client:
    """Asks a model server for rankings, from any number of threads.

    The arguments of a question are those of `serving.request.build_request`; each has a row a history. A call
    that fails with UNAVAILABLE or RESOURCE_EXHAUSTED is tried again within its timeout, by gRPC, up to four
    times in some 1.5 seconds.

    Args:
        address: `host:port` of the server's gRPC.
        timeout: seconds that one question may take, with all its tries; or a function that tells them, question by
            question.
        connections: how many are kept open; questions take them in turn. More than one spreads the load over
            the servers behind an address, and lifts the limit of streams of one connection.
        tls: for a server with TLS; None: plain text.

    Raises:
        ServerError: a file of `tls` can't be read.
        CallError: by each question, where the server can't be reached or refuses.
    """

    def __init__(
        self,
        address: str,
        *,
        timeout: float | Callable[[], float] = 30.0,
        connections: int = 1,
        tls: Tls | None = None,
    ) -> None:
        import grpc
        from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

        self._address = address
        self._seconds = timeout if callable(timeout) else lambda: timeout
        self._channels = open_channels(grpc, address, connections, tls)
        self._services = cycle([PredictionServiceStub(channel) for channel in self._channels])

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _timeout(self) -> float:
        return self._seconds()

    def close(self) -> None:
        """Closes the connections."""
        for channel in self._channels:
            channel.close()

    def recommend(
        self, histories: Rows, *, k: int, version: int | None = None, **wishes: Unpack[Wishes]
    ) -> list[Ranking]:
        """Asks what comes next: the best `k` of the whole catalogue for each history; at most 100."""
        check_count(k, names.ANSWERS)
        return top_rankings(
            self.predict(names.UPNEXT, *build_request(histories, **wishes), version=version), k
        )

    def retrieve(
        self, histories: Rows, *, k: int = names.CANDIDATES, **wishes: Unpack[Wishes]
    ) -> list[Ranking]:
        """Asks which few hundred: the best `k` candidates of retrieval for each history; at most 200."""
        check_count(k, names.CANDIDATES)
        return top_rankings(self.predict(names.RETRIEVAL, *build_request(histories, **wishes)), k)

    def rank(
        self, histories: Rows, candidates: Rows, *, k: int | None = None, **wishes: Unpack[Wishes]
    ) -> list[Ranking]:
        """Asks in what order: each row's candidates, best first (equals in the order of the request)."""
        if k is not None:
            check_count(k)
        signature, inputs = build_request(histories, candidates=candidates, **wishes)
        return rank_candidates(inputs, self.predict(names.RANKER, signature, inputs, (names.SCORES,)), k)

    def predict(
        self,
        model: str,
        signature: str,
        inputs: Inputs,
        outputs: Sequence[str] = (),
        version: int | None = None,
    ) -> dict[str, np.ndarray]:
        """Asks one signature of one model as it is; `outputs` names those wanted, none of them all.

        `version` names one of the versions that are served; None is the newest.
        """
        import grpc

        request = predict_request(model, signature, inputs, outputs)
        if version is not None:
            request.model_spec.version.value = version
        try:
            return read_outputs(next(self._services).Predict(request, self._timeout))
        except grpc.RpcError as error:
            raise CallError(self._address, error) from None

    def versions(self, model: str) -> list[int]:
        """Asks which versions of a model are served now, oldest first."""
        import grpc
        from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusRequest, ModelVersionStatus
        from tensorflow_serving.apis.model_service_pb2_grpc import ModelServiceStub

        request = GetModelStatusRequest()
        request.model_spec.name = model
        try:
            answer = ModelServiceStub(self._channels[0]).GetModelStatus(request, self._timeout)
        except grpc.RpcError as error:
            raise CallError(self._address, error) from None
        states = answer.model_version_status
        return sorted(state.version for state in states if state.state == ModelVersionStatus.AVAILABLE)


def predict_request(
    model: str, signature: str, inputs: Inputs, outputs: Sequence[str] = ()
) -> "PredictRequest":
    """Builds the proto of a question."""
    from tensorflow_serving.apis.predict_pb2 import PredictRequest

    request = PredictRequest(output_filter=outputs)
    request.model_spec.name, request.model_spec.signature_name = model, signature
    for name, value in inputs.items():
        to_proto(value, request.inputs[name])
    return request


def read_outputs(response: "PredictResponse") -> dict[str, np.ndarray]:
    """Reads the tensors of an answer; strings are object arrays of bytes."""
    return {name: to_array(name, proto) for name, proto in response.outputs.items()}


def check_count(k: int, most: int | None = None) -> None:
    """Refuses a number of items that no ranking can have.

    Raises:
        ServerError: `k` isn't a whole number, is below 1, or above `most`.
    """
    if isinstance(k, bool) or not isinstance(k, int | np.integer):
        raise ServerError(f"k={k}: must be a whole number")
    if k < 1:
        raise ServerError(f"k={k}: must be 1 or more")
    if most is not None and k > most:
        raise ServerError(f"k={k}: must be {most} or less, which is all that the model answers")


def top_rankings(answer: dict[str, np.ndarray], k: int) -> list[Ranking]:
    """Reads the best `k` of each row of an answer; "" and -inf are left out.

    Args:
        answer: `item_ids` bytes [B, K] and `scores` float32 [B, K].
        k: most items of a ranking.

    Raises:
        ServerError: `k` isn't a whole number, or below 1.
    """
    check_count(k)
    rows = zip(answer[names.ITEM_IDS][:, :k].tolist(), answer[names.SCORES][:, :k].tolist(), strict=True)
    return [_ranking(ids, scores) for ids, scores in rows]


def rank_candidates(inputs: Inputs, answer: dict[str, np.ndarray], k: int | None) -> list[Ranking]:
    """Orders each row's candidates by the ranker's scores; the best `k`, or all."""
    candidates = inputs[names.CANDIDATE_IDS]
    scores = answer[names.SCORES][:, : candidates.shape[1]]  # TF Serving's batching may have padded them
    order = np.argsort(-scores, axis=1, kind="stable")
    ordered = {
        names.ITEM_IDS: np.take_along_axis(candidates, order, 1),
        names.SCORES: np.take_along_axis(scores, order, 1),
    }
    return top_rankings(ordered, scores.shape[1] if k is None else k)


def _ranking(ids: list[bytes], scores: list[float]) -> Ranking:
    kept = [place for place, item_id in enumerate(ids) if item_id and scores[place] != -math.inf]
    return Ranking([ids[p].decode("utf-8", "surrogateescape") for p in kept], [scores[p] for p in kept])
