import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient

from listening_log.errors import UserError
from models import names
from serving.catalog_asset import CATALOG_FILE
from serving.errors import ServerError
from surfaces import live
from surfaces.live import LiveApp
from tests.tfx_pipeline.surfaces.homes import make_home, push_catalogue
from tfx_pipeline.home.layout import Home
from tfx_pipeline.surfaces.home_application import HomeApplication, open_store, store_url


def lose(asset: Path) -> None:
    shutil.rmtree(asset.parent)
    asset.parent.mkdir()


def cut(asset: Path) -> None:
    asset.write_bytes(asset.read_bytes()[:100])


def lose_titles(asset: Path) -> None:
    pq.write_table(pq.read_table(asset).drop([names.TITLE]), asset)


@pytest.mark.parametrize(
    ("hurt", "message"),
    [(lose, "holds no catalogue"), (cut, "can't be read"), (lose_titles, "lacks title")],
    ids=["gone", "cut", "without titles"],
)
def test_a_push_without_its_catalogue_is_refused_at_the_start_and_passed_over_later(
    tmp_path: Path,
    tiny_log: Path,
    monkeypatch: pytest.MonkeyPatch,
    hurt: Callable[[Path], None],
    message: str,
) -> None:
    monkeypatch.setattr(live, "GRACE_SECONDS", 0.0)
    home = make_home(tmp_path, tiny_log)
    store = open_store(store_url(home, ""))
    application = HomeApplication(home, "127.0.0.1:9", store)
    app = LiveApp(application.build, application.stamp)
    push_catalogue(home, tiny_log, 2)
    hurt(asset_of(home, 2))
    assert not app.refresh()
    assert TestClient(app).get("/v1/search", params={"user_id": "u", "q": "a"}).status_code == 200
    with pytest.raises((UserError, ServerError), match=message):
        application.build()
    push_catalogue(home, tiny_log, 3)
    assert app.refresh()
    store.close()


def asset_of(home: Home, version: int) -> Path:
    return home.serving / names.SCANN / names.UPNEXT / str(version) / names.EXTRA_ASSETS / CATALOG_FILE
