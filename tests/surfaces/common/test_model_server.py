import time

import pytest

from surfaces.common.breaker import FAILURES
from surfaces.common.errors import UnavailableError
from surfaces.common.model_server import ModelServer
from surfaces.common.plays import Plays
from tests.serving.running import free_port
from tests.surfaces.worlds import catalogue


def test_a_server_that_is_gone_costs_no_more_than_the_deadline_and_soon_nothing() -> None:
    server = ModelServer(f"127.0.0.1:{free_port()}", catalogue([{"item_id": "a"}]), deadline=0.2)
    seconds = []
    for _ in range(FAILURES + 2):
        start = time.monotonic()
        with pytest.raises(UnavailableError, match="answer"):
            server.recommend(Plays())
        seconds.append(time.monotonic() - start)
    server.close()
    assert max(seconds[1:]) < 0.6  # the first one loads what messages are made of
    assert max(seconds[-2:]) < 0.05
