from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import func, select

from surfaces.common.errors import UnavailableError
from surfaces.common.model_server import Ranked
from surfaces.destinations import all_destinations
from surfaces.store.part import KEPT_NOTHING_OF
from surfaces.store.store import Store
from surfaces.store.tables import METADATA
from surfaces.warming import warm_up
from tests.surfaces.worlds import CircleServer, catalogue, plays, service

ITEMS = catalogue(
    [
        {"item_id": f"i{n}", "title": f"Song {n}", "item_tokens": ["kind=track", f"creator=C{n % 9}"]}
        for n in range(99)
    ]
)


def rows_of(store: Store) -> int:
    with store.engine.connect() as connection:
        return sum(
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in METADATA.sorted_tables
        )


def test_every_destination_is_asked_and_nothing_is_kept(tmp_path: Path) -> None:
    own = service(tmp_path, ITEMS, {"u": plays(range(9))})
    assert warm_up(all_destinations(own))
    models = own.models
    assert isinstance(models, CircleServer)
    assert {wish.context[-1] for _, _, wish in models.questions} >= {
        "surface=home",
        "surface=discover-weekly",
        "surface=daylist",
        "surface=dj",
        "surface=playlists",
    }
    assert rows_of(own.store) == 0


class LoadingServer(CircleServer):
    """Answers only after so many questions."""

    unanswered = 12

    def _answer(self, *parts: Any) -> Ranked:
        self.unanswered -= 1
        if self.unanswered >= 0:
            raise UnavailableError("the models are being loaded")
        return super()._answer(*parts)


def test_it_asks_again_until_the_models_answer(tmp_path: Path) -> None:
    app = all_destinations(replace(service(tmp_path, ITEMS), models=LoadingServer(ITEMS)))
    assert not warm_up(app)
    assert warm_up(app, seconds=30)


def test_of_who_asks_at_the_start_no_session_is_kept_over_http_either(tmp_path: Path) -> None:
    own = service(tmp_path, ITEMS)
    client = TestClient(all_destinations(own))
    answer = client.post(
        "/v1/dj", json={"user_id": KEPT_NOTHING_OF, "say": "never play C1 ever again"}
    ).json()
    assert (answer["session"], own.store.controls(KEPT_NOTHING_OF)) == ("", {})
    assert rows_of(own.store) == 0
