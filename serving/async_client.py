"""The client for asyncio: `serving.client.Client`'s questions, awaited."""

from collections.abc import Sequence
from itertools import cycle

import numpy as np
from typing_extensions import Unpack

from models import names
from serving.channel import CallError, Tls, open_channels
from serving.client import (
    Ranking,
    check_count,
    predict_request,
    rank_candidates,
    read_outputs,
    top_rankings,
)
from serving.request import Inputs, Rows, Wishes, build_request


class AsyncClient:
    """Asks a model server for rankings, from one event loop, in which it is made.

    Arguments, answers, retries and errors are those of `serving.client.Client`. A question whose task is
    cancelled is given up on the server too.
    """

    def __init__(
        self, address: str, *, timeout: float = 30.0, connections: int = 1, tls: Tls | None = None
    ) -> None:
        from grpc import aio
        from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

        self._address, self._timeout = address, timeout
        self._channels = open_channels(aio, address, connections, tls)
        self._services = cycle([PredictionServiceStub(channel) for channel in self._channels])

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connections."""
        for channel in self._channels:
            await channel.close()

    async def recommend(self, histories: Rows, *, k: int, **wishes: Unpack[Wishes]) -> list[Ranking]:
        """Asks what comes next: the best `k` of the whole catalogue for each history; at most 100."""
        check_count(k, names.ANSWERS)
        return top_rankings(await self.predict(names.UPNEXT, *build_request(histories, **wishes)), k)

    async def retrieve(
        self, histories: Rows, *, k: int = names.CANDIDATES, **wishes: Unpack[Wishes]
    ) -> list[Ranking]:
        """Asks which few hundred: the best `k` candidates of retrieval for each history; at most 200."""
        check_count(k, names.CANDIDATES)
        return top_rankings(await self.predict(names.RETRIEVAL, *build_request(histories, **wishes)), k)

    async def rank(
        self, histories: Rows, candidates: Rows, *, k: int | None = None, **wishes: Unpack[Wishes]
    ) -> list[Ranking]:
        """Asks in what order: each row's candidates, best first (equals in the order of the request)."""
        if k is not None:
            check_count(k)
        signature, inputs = build_request(histories, candidates=candidates, **wishes)
        answer = await self.predict(names.RANKER, signature, inputs, (names.SCORES,))
        return rank_candidates(inputs, answer, k)

    async def predict(
        self, model: str, signature: str, inputs: Inputs, outputs: Sequence[str] = ()
    ) -> dict[str, np.ndarray]:
        """Asks one signature of one model as it is; `outputs` names those wanted, none of them all."""
        import grpc

        request = predict_request(model, signature, inputs, outputs)
        try:
            return read_outputs(await next(self._services).Predict(request, timeout=self._timeout))
        except grpc.RpcError as error:
            raise CallError(self._address, error) from None
