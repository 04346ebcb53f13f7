"""The asyncio client against our own server."""

import asyncio

import pytest

from serving.async_client import AsyncClient
from serving.errors import ServerError
from tests.serving.running import ServerProcess, free_port
from tests.serving.toy import STEP, after


def test_its_answers_are_those_of_the_client(server: ServerProcess) -> None:
    async def ask() -> None:
        async with AsyncClient(server.address, connections=2) as client:
            first, second = await client.recommend([["i03"], []], k=3)
            assert first == (after("i03", 3), [0.0, -1.0, -2.0])
            assert second.ids == ["i00", "i01", "i02"]
            (timed,) = await client.recommend([["i03"]], k=1, timestamps=[[7]], request_time=8)
            assert timed.scores == [2 * STEP]
            assert (await client.retrieve([["i03"]]))[0].ids == after("i03", 20)
            (ranked,) = await client.rank([["i03"]], [["i05", "i04", "unheard"]])
            assert ranked == (["i04", "i05"], [0.0, -1.0])

    asyncio.run(ask())


def test_many_questions_run_at_once(server: ServerProcess) -> None:
    async def ask() -> None:
        async with AsyncClient(server.address, connections=3) as client:
            answers = await asyncio.gather(*(client.recommend([[f"i{n % 20:02d}"]], k=2) for n in range(100)))
        assert [answer[0].ids for answer in answers] == [after(f"i{n % 20:02d}", 2) for n in range(100)]

    asyncio.run(ask())


def test_a_refusal_has_its_code(server: ServerProcess) -> None:
    async def ask() -> None:
        async with AsyncClient(server.address) as client:
            await client.recommend([["i03"]] * 501, k=1)

    with pytest.raises(ServerError, match="RESOURCE_EXHAUSTED: batch size 501"):
        asyncio.run(ask())


def test_a_wrong_k_is_refused_before_anything_is_asked() -> None:
    async def ask(k: int) -> None:
        async with AsyncClient(f"127.0.0.1:{free_port()}") as client:
            await client.recommend([["i03"]], k=k)

    for k, message in ((-1, "k=-1: must be 1 or more"), (101, "k=101: must be 100 or less")):
        with pytest.raises(ServerError, match=message):
            asyncio.run(ask(k))
