"""What an answer shows is in the store before the answer is sent."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from starlette.types import Message, Receive, Scope, Send

from surfaces.destinations import all_destinations
from surfaces.store.tables import IMPRESSIONS
from tests.surfaces.test_store_faults import ITEMS, LOG, QUESTIONS
from tests.surfaces.worlds import service


@pytest.mark.parametrize("path", QUESTIONS)
def test_who_answers_quickly_leaves_nothing_behind_to_be_written(tmp_path: Path, path: str) -> None:
    shared = service(tmp_path, ITEMS, LOG)
    app, kept = all_destinations(shared), list[int]()

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        async def count(message: Message) -> None:
            if message["type"] == "http.response.start":
                with shared.store.engine.connect() as connection:
                    kept.append(
                        connection.execute(select(func.count()).select_from(IMPRESSIONS)).scalar_one()
                    )
            await send(message)

        await app(scope, receive, count)

    method, said = QUESTIONS[path]
    assert TestClient(watched).request(method, f"/v1/{path}", **said).status_code == 200

    assert kept[0] > 0
