from functools import partial
from typing import Any

import pytest

from serving.client import Client
from serving.errors import ServerError
from tests.serving.running import ServerProcess, free_port
from tests.serving.toy import ITEMS, STEP, after


@pytest.fixture(scope="module")
def client(server: ServerProcess) -> Client:
    return Client(server.address)


def test_the_best_k_for_each_history(client: Client) -> None:
    first, second = client.recommend([["i03"], []], k=3)
    assert first == (after("i03", 3), [0.0, -1.0, -2.0])
    assert second.ids == ["i00", "i01", "i02"]


def test_unfilled_places_are_left_out(client: Client) -> None:
    assert len(client.recommend([["i03"]], k=100)[0].ids) == 20


def test_wishes_are_obeyed(client: Client) -> None:
    (answer,) = client.recommend([["i03"]], k=20, exclude=[["i05"]], only=[["kind=episode"]])
    assert answer.ids == [i for i in after("i03", 20) if int(i[1:]) % 2 and i != "i05"]
    (answer,) = client.recommend([["i03"]], k=2, without=[["kind=track"]])
    assert answer.ids == ["i05", "i07"]


def test_times_and_tokens_reach_the_model(client: Client) -> None:
    (answer,) = client.recommend([["i03"]], k=1, timestamps=[[7]], request_time=8, context=[["surface=home"]])
    assert answer.scores == [3 * STEP]


def test_retrieval_gives_candidates(client: Client) -> None:
    assert client.retrieve([["i03"]])[0].ids == after("i03", 20)


def test_candidates_are_ranked_and_ineligible_ones_left_out(client: Client) -> None:
    first, second = client.rank([["i03"], ["i18"]], [["i05", "i04", "unheard"], ["i01", "i19", ""]])
    assert first == (["i04", "i05"], [0.0, -1.0])
    assert second == (["i19", "i01"], [0.0, -2.0])
    (answer,) = client.rank([["i03"]], [ITEMS], k=1, exclude=[["i04"]])
    assert answer.ids == ["i05"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_never_goes_through_a_proxy_of_the_environment(
    server: ServerProcess, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    for variable in ("no_proxy", "no_grpc_proxy"):
        monkeypatch.delenv(variable, raising=False)
    with Client(f"{host}:{server.grpc_port}") as client:
        assert client.recommend([["i03"]], k=1)[0].ids == ["i04"]


def test_a_refusal_is_told_with_its_code(client: Client) -> None:
    with pytest.raises(ServerError, match="RESOURCE_EXHAUSTED: batch size 501"):
        client.recommend([["i03"]] * 501, k=1)


@pytest.mark.parametrize(
    ("k", "message"),
    [
        (0, "k=0: must be 1 or more"),
        (-1, "k=-1: must be 1 or more"),
        (2.5, "k=2.5: must be a whole number"),
        (True, "k=True: must be a whole number"),
        ("3", "k=3: must be a whole number"),
    ],
)
def test_a_k_that_is_no_number_of_items_is_refused_before_anything_is_asked(k: Any, message: str) -> None:
    with Client(f"127.0.0.1:{free_port()}") as nobody:
        for ask in (nobody.recommend, nobody.retrieve, partial(nobody.rank, candidates=[["i04"]])):
            with pytest.raises(ServerError, match=message):
                ask([["i03"]], k=k)


def test_a_k_beyond_what_a_model_answers_is_refused() -> None:
    with Client(f"127.0.0.1:{free_port()}") as nobody:
        with pytest.raises(ServerError, match="k=101: must be 100 or less"):
            nobody.recommend([["i03"]], k=101)
        with pytest.raises(ServerError, match="k=201: must be 200 or less"):
            nobody.retrieve([["i03"]], k=201)


def test_a_server_that_is_not_there_is_told() -> None:
    address = f"127.0.0.1:{free_port()}"
    with Client(address, timeout=5) as client, pytest.raises(ServerError, match=f"{address}: UNAVAILABLE"):
        client.recommend([["i03"]], k=1)


def test_the_served_versions_are_named_and_one_of_them_can_be_asked(client: Client) -> None:
    (version,) = client.versions("upnext")
    assert client.recommend([["i03"]], k=3, version=version)[0].ids == after("i03", 3)
    with pytest.raises(ServerError, match="NOT_FOUND"):
        client.recommend([["i03"]], k=3, version=version + 1)
    with pytest.raises(ServerError, match="NOT_FOUND"):
        client.versions("no such model")
