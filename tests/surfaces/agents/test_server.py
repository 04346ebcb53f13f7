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


CALLS = {
    "search": ("get", "/v1/search"),
    "what_next": ("get", "/v1/home"),
    "playlist": ("post", "/v1/playlists"),
    "dj": ("post", "/v1/dj"),
}
NAMES = {"q": "query"}
"""What a field of a call is named where a tool has it."""
LIMITS = ("minLength", "maxLength", "minimum", "maximum")


def limits_of(schema: dict[str, Any]) -> dict[str, int]:
    return {
        name: form[name] for form in (schema, *schema.get("anyOf", ())) for name in LIMITS if name in form
    }


def referred(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    return document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]


@pytest.mark.parametrize("name", CALLS)
def test_a_tool_takes_and_answers_what_its_call_over_http_does(shared: Service, name: str) -> None:
    async def offered() -> Any:
        async with Client(agent_server(all_destinations(shared))) as client:
            return next(tool for tool in (await client.list_tools()).tools if tool.name == name)

    method, path = CALLS[name]
    document = all_destinations(shared).openapi()
    call, tool = document["paths"][path][method], asyncio.run(offered())
    fields = {one["name"]: one["schema"] for one in call.get("parameters", ())}
    if method == "post":
        fields = referred(document, call["requestBody"]["content"]["application/json"]["schema"])[
            "properties"
        ]
    fields = {NAMES.get(field, field): schema for field, schema in fields.items()}
    properties = tool.input_schema["properties"]
    assert set(properties) == set(fields)
    compared = set(fields) - {"explicit"}  # a number over HTTP, true or false for an agent
    assert {f: limits_of(properties[f]) for f in compared} == {f: limits_of(fields[f]) for f in compared}
    answer = call["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(tool.output_schema["properties"]) == set(referred(document, answer)["properties"])


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
