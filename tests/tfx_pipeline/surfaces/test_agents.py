import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters

from tests.conftest import ROOT
from tests.tfx_pipeline.surfaces.homes import make_home


def test_an_agent_uses_the_destinations_over_stdio(tmp_path: Path, tiny_log: Path) -> None:
    home = make_home(tmp_path, tiny_log)
    words = [
        "-m",
        "tfx_pipeline.cli.main",
        "surfaces",
        "--home",
        str(home),
        "--mcp",
        "--address",
        "127.0.0.1:9",
    ]
    command = StdioServerParameters(
        command=sys.executable, args=words, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )

    async def talk() -> tuple[Any, Any]:
        async with Client(command) as client:
            event = {"user_id": "ann", "item_id": "d", "timestamp": 1700010000}
            counted = await client.call_tool("tell_played", {"events": [event]})
            return counted, await client.call_tool("what_next", {"user_id": "ann"})

    counted, answer = asyncio.run(talk())
    assert counted.structured_content["accepted"] == 1
    assert answer.structured_content["degraded"]
    assert "model server" in answer.structured_content["reason"]
    assert home.store_file.exists()
