"""The SDK's own client against the server, in process."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from mcp import Client

from surfaces.agents.server import agent_server
from surfaces.common.moment import Moment
from surfaces.destinations import all_destinations
from surfaces.service.service import Service
from tests.surfaces.worlds import catalogue, service

AT = "2026-11-26T08:30:00+01:00"
ITEMS = catalogue(
    [
        {
            "item_id": f"t{n}",
            "title": f"Song {n}",
            "item_tokens": ["kind=track", f"creator=C{n % 4}", "genre=folk"],
        }
        for n in range(12)
    ]
)


@pytest.fixture
def shared(tmp_path: Path) -> Service:
    return service(tmp_path, ITEMS)


@pytest.fixture
def tool(shared: Service) -> Callable[..., Any]:
    """Calls a tool; returns whether it is an error, and its structured answer or its text."""
    server = agent_server(all_destinations(shared))

    async def call(name: str, arguments: dict[str, Any]) -> tuple[bool, Any]:
        async with Client(server) as client:
            result = await client.call_tool(name, arguments)
        return bool(result.is_error), result.structured_content or result.content[0].text

    return lambda name, **arguments: asyncio.run(call(name, arguments))


def test_the_tools_have_typed_schemas(shared: Service) -> None:
    async def tools() -> dict[str, Any]:
        async with Client(agent_server(all_destinations(shared))) as client:
            return {each.name: each for each in (await client.list_tools()).tools}

    offered = asyncio.run(tools())
    assert set(offered) == {"search", "what_next", "playlist", "dj", "tell_played"}
    assert all(each.description and each.input_schema["properties"] for each in offered.values())
    assert offered["playlist"].input_schema["required"] == ["user_id", "prompt"]
    assert "shelves" in offered["what_next"].output_schema["properties"]


def test_what_is_told_is_known_to_the_next_answer(tool: Callable[..., Any], shared: Service) -> None:
    event = {"user_id": "u", "item_id": "t3", "timestamp": AT, "ms_played": 200_000}
    assert tool("tell_played", events=[event])[1] == {"accepted": 1, "repeated": 0, "dropped": []}
    assert shared.visit("u", Moment.parse(AT)).plays.items.tolist() == [3]
    wrong, answer = tool("what_next", user_id="u", at=AT)
    assert not wrong
    items = [item for shelf in answer["shelves"] for item in shelf["items"]]
    assert items
    assert all(fact["fact"] for item in items for fact in item["because"])


def test_a_tool_answers_as_http_does(tool: Callable[..., Any], shared: Service) -> None:
    body = {"user_id": "u", "prompt": "five folk songs", "at": AT}
    over_http = TestClient(all_destinations(shared)).post("/v1/playlists", json=body).json()
    wrong, answer = tool("playlist", **body)
    assert not wrong
    ids = {"playlist": "", "request_id": ""}
    assert {**answer, **ids} == {**over_http, **ids}


def test_the_dj_goes_on_with_its_session(tool: Callable[..., Any]) -> None:
    wrong, answer = tool("dj", user_id="u", at=AT)
    assert not wrong
    assert answer["segments"][0]["items"]
    assert tool("dj", user_id="u", at=AT, session=answer["session"], say="change it up")[0] is False


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("what_next", {"user_id": "u", "at": "now"}, "expected a time with its offset"),
        ("what_next", {"user_id": ""}, "user_id"),
        ("playlist", {"user_id": "u", "prompt": "x" * 2000}, "prompt"),
        (
            "tell_played",
            {"events": [{"user_id": "u", "item_id": "t1", "timestamp": "then"}]},
            "row 0, timestamp",
        ),
    ],
)
def test_what_http_refuses_is_an_error_in_one_sentence(
    tool: Callable[..., Any], name: str, arguments: dict[str, Any], message: str
) -> None:
    wrong, text = tool(name, **arguments)
    assert wrong
    assert message in text
