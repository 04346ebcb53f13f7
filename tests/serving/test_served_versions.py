"""Lending versions to requests, without anything that loads them."""

import threading
import time
from pathlib import Path

import pytest

from serving.errors import ServingError
from serving.model_configs import ModelConfig
from serving.served_versions import ServedVersions
from serving.version_state import AVAILABLE, LOADING, UNLOADING, Version

drained = threading.Event()


@pytest.fixture
def served(tmp_path: Path) -> ServedVersions:
    """A model `m` with versions 1 and 2 that serve."""
    drained.clear()
    served = ServedVersions([ModelConfig("m", tmp_path)], drained.set)
    for number in (1, 2):
        served.models["m"].versions[number] = Version(number, AVAILABLE, model=f"model {number}")
    return served


def test_the_highest_version_is_lent_unless_another_is_asked_for(served: ServedVersions) -> None:
    with served.lease("m") as latest, served.lease("m", 1) as first:
        assert (latest, first) == (("model 2", 2), ("model 1", 1))
    assert served.available() == {"m": 2}


def test_the_last_of_several_requests_tells_that_a_version_can_be_unloaded(served: ServedVersions) -> None:
    with served.lease("m"):
        with served.lease("m"):
            served.models["m"].versions[2].state = UNLOADING
        assert not drained.is_set()
        with served.lease("m") as (_, number):  # a request that comes now gets what still serves
            assert number == 1
        assert not drained.is_set()
    assert drained.is_set()


def test_draining_ends_with_the_last_request_and_no_later_than_it_should(served: ServedVersions) -> None:
    with served.lease("m"):
        start = time.monotonic()
        served.drain(0.05)
        assert time.monotonic() - start >= 0.05
        waiting = threading.Thread(target=served.drain, args=(30.0,))
        waiting.start()
    waiting.join(10)
    assert not waiting.is_alive()


def test_what_loads_is_unavailable_and_what_failed_to_start_is_not_found(served: ServedVersions) -> None:
    served.models["m"].versions = {3: Version(3, LOADING)}
    codes = []
    for started, number in ((False, None), (False, 3), (False, 4), (True, None)):
        if started:
            served.is_started.set()
            served.models["m"].versions.clear()
        with pytest.raises(ServingError) as refusal, served.lease("m", number):
            pass
        codes.append(refusal.value.code)
    assert codes == ["UNAVAILABLE", "UNAVAILABLE", "NOT_FOUND", "NOT_FOUND"]
