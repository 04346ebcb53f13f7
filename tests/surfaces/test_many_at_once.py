"""Fifty requests at once to two applications over one store, on a machine that has other work."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from surfaces.destinations import all_destinations
from surfaces.service.later import InTurn
from surfaces.store.store import Store
from tests.surfaces.home.worlds import AT
from tests.surfaces.test_store_faults import ITEMS, LOG, item_ids
from tests.surfaces.worlds import service


@pytest.fixture
def busy() -> Iterator[None]:
    """Threads that compute all the time: each writer has to wait for Python's lock."""
    stop = threading.Event()

    def compute() -> None:
        while not stop.is_set():
            sum(range(1000))

    threads = [threading.Thread(target=compute) for _ in range(4)]
    for thread in threads:
        thread.start()
    yield
    stop.set()
    for thread in threads:
        thread.join()


def test_each_answer_is_kept_or_says_that_it_is_not(tmp_path: Path, busy: None) -> None:
    one = replace(service(tmp_path, ITEMS, LOG), later=InTurn())
    other = replace(one, store=Store(f"sqlite:///{tmp_path / 'store.sqlite'}"))
    clients = [TestClient(all_destinations(each)) for each in (one, other)]

    def ask(number: int) -> dict:
        query = {"user_id": f"u{number % 20}", "at": AT}
        answer = clients[number % 2].get("/v1/home", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(ask, range(50)))
    for answer in answers:
        kept = [impression.item_id for impression in one.store.impressions(answer["request_id"])]
        assert kept == list(item_ids(answer)) or (not kept and "store" in answer["reason"])
