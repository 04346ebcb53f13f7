"""The loop without training: a made world, a HOME without models, lives of some days."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from listening_log.errors import UserError
from listening_log.world import load_truth, make_world
from tests.surfaces.worlds import CircleServer
from tests.tfx_pipeline.surfaces.homes import make_home
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.run_record import last_run
from tfx_pipeline.simulation.lives import LIVES, TRAINED_FROM
from tfx_pipeline.simulation.loop import Models, live_in_spans
from tfx_pipeline.simulation.workspace import make_homes
from tfx_pipeline.surfaces.home_application import log_source


@pytest.fixture
def data(tmp_path: Path) -> Path:
    make_world(tmp_path / "data", users=6, items=60, days=10, seed=2)
    return tmp_path / "data"


@pytest.fixture
def home(tmp_path: Path, data: Path) -> Home:
    return make_home(tmp_path, data)


@contextlib.contextmanager
def served() -> Iterator[Models]:
    yield CircleServer


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_each_span_is_exported_and_learnt_from_before_the_next(
    data: Path, home: Home, tmp_path: Path
) -> None:
    before = contents(data), contents(home.path)
    homes, truth = make_homes(home, data, tmp_path / "lives", LIVES), load_truth(data)
    learnt = list[tuple[str, str]]()

    def train(own: Home) -> None:
        source = log_source(own)
        learnt.append((source.data_dir, str(source.spans)))

    outcomes = live_in_spans(homes, truth, truth.user_ids.tolist(), [3, 3, 2], 3, served, train)
    log = tmp_path / "lives" / TRAINED_FROM / "log"
    assert learnt == [(str(log), "2"), (str(log), "3")]
    for name, own in homes.items():
        source = log_source(own)
        assert str(source.spans) == "4", name
        for span, outcome in enumerate(outcomes[name], 2):
            events = pq.read_table(Path(source.data_dir) / f"span-{span}" / "events.parquet")
            assert len(events) == outcome.starts.started > 0
            assert events["end_reason"].to_pylist().count("skip") == outcome.starts.skips
    assert not list((tmp_path / "lives").rglob("truth"))
    assert (contents(data), contents(home.path)) == before


def test_spans_after_those_of_the_run_are_not_copied(data: Path, home: Home, tmp_path: Path) -> None:
    for span in ("span-2", "span-3"):
        (data / span).mkdir()
        (data / span / "events.parquet").write_bytes((data / "events.parquet").read_bytes())
    last_run(home).model_copy(update={"spans": "2"}).write(home.path)
    own = make_homes(home, data, tmp_path / "lives", LIVES)[TRAINED_FROM]
    source = log_source(own)
    assert str(source.spans) == "2"
    assert sorted(path.name for path in Path(source.data_dir).iterdir()) == [
        "catalog.parquet",
        "events.parquet",
        "span-2",
        "users.parquet",
    ]


def test_a_folder_that_holds_something_is_refused(data: Path, home: Home) -> None:
    with pytest.raises(UserError, match="is not empty: give a new folder to --out"):
        make_homes(home, data, data, LIVES)
