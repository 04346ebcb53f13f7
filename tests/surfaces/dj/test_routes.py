from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from surfaces.app import create_app
from surfaces.dj.routes import router
from tests.surfaces import worlds


@pytest.mark.parametrize(
    ("field", "value"),
    [("user_id", ""), ("user_id", "a\x00b"), ("device", "x" * 65), ("explicit", 2), ("segments", 4)],
)
def test_a_wrong_field_is_named(tmp_path: Path, field: str, value: object) -> None:
    service = worlds.service(tmp_path, worlds.catalogue([{"item_id": "a"}]))
    client = TestClient(create_app([router(service)]))
    answer = client.post("/v1/dj", json={"user_id": "ann", field: value})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(f"{field}: ")
