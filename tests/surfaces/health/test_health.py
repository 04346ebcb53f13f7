from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from surfaces.common.errors import UnavailableError
from surfaces.destinations import all_destinations
from tests.surfaces.worlds import catalogue, service


def test_health_is_that_of_the_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = service(tmp_path, catalogue([{"item_id": "a"}]))
    client = TestClient(all_destinations(shared))
    assert client.get("/v1/healthz").json() == {"status": "ok", "items": 1, "model_version": ""}

    def gone(*_: object, **__: object) -> None:
        raise UnavailableError("the model server doesn't answer: gone")

    monkeypatch.setattr(shared.models, "recommend", gone)
    answer = client.get("/v1/healthz")
    assert (answer.status_code, answer.json()) == (503, {"error": "the model server doesn't answer: gone"})
