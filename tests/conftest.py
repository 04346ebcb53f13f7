"""What all tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

import models  # noqa: F401  selects Keras 2 before any test imports TensorFlow

ROOT = Path(__file__).parent.parent
INTEGRATION = ROOT / "tests" / "integration"

settings.register_profile("upnext", deadline=None)  # a busy machine is no failure
settings.load_profile("upnext")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole runs come first: they take longest."""
    items.sort(key=lambda item: INTEGRATION not in item.path.parents)


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Spreads tests over processes by folder; whole runs share one process, and what they made."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFolder(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            folder = nodeid.partition("::")[0].rpartition("/")[0]
            return "tests/integration" if folder.startswith("tests/integration") else folder

    return ByFolder(config, log)


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written isn't synced: no test takes the power away, and thousands of files are written."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The logs to try things on, beside the checkout; the test is skipped where they are not."""
    path = ROOT.parent / "shared" / "data"
    if not path.is_dir():
        pytest.skip("../shared/data is not there")
    return path


@pytest.fixture
def tiny_log(tmp_path: Path) -> Path:
    """Three listeners, four items, times that are real."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "events.csv").write_text(
        "user_id,item_id,timestamp,ms_played\n"
        "ann,a,1700000000,200000\n"
        "bob,b,1700000100,200000\n"
        "ann,c,1700009000,1000\n"
        "ann,b,1700000500,200000\n"
        "bob,gone,1700000200,200000\n"
        "cat,d,1700000300,200000\n"
    )
    (data / "catalog.csv").write_text(
        "item_id,kind,title,creator\n"
        "a,track,Morning Light,The Larks\n"
        "b,track,Slow River,The Larks\n"
        "c,episode,On Bridges,Built\n"
        "d,track,Ember,Nadia Voss\n"
    )
    return data
