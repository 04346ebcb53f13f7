"""What all tests share."""

from pathlib import Path

import pytest
from hypothesis import settings

import models  # noqa: F401  selects Keras 2 before any test imports TensorFlow

ROOT = Path(__file__).parent.parent
INTEGRATION = ROOT / "tests" / "integration"

settings.register_profile("upnext", deadline=None)  # a busy machine is no failure
settings.load_profile("upnext")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole runs come first and share one process, where tests are spread over several."""
    items.sort(key=lambda item: INTEGRATION not in item.path.parents)
    for item in items:
        group = INTEGRATION if INTEGRATION in item.path.parents else item.path.parent
        item.add_marker(pytest.mark.xdist_group(str(group.relative_to(ROOT))))


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
