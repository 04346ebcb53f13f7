"""A second day: checked against the first, trained from the models in production, measured beside them."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.pushed.model_folder import ModelFolder
from tests.integration.whole import SETTINGS, WholeRun, run_words, upnext

DAYS = 5
NEW_ITEMS = [f"tomorrow-{number}" for number in range(8)]
SHORT = (*SETTINGS, "retrieval.max_epochs=2", "ranker.max_epochs=2", "log.test_share=0.3")


def write(table: pd.DataFrame, like: Path, path: Path) -> None:
    schema = pq.read_schema(like)
    kept = pa.schema([schema.field(name) for name in schema.names if name in table.columns])
    pq.write_table(pa.Table.from_pandas(table, kept, preserve_index=False), path)


def catalog_with_new_items(whole_run: WholeRun) -> pd.DataFrame:
    """The catalogue, and a new item like each of the most played ones."""
    rows = whole_run.catalog
    new = rows.nlargest(len(NEW_ITEMS), "plays").assign(item_id=NEW_ITEMS, title=NEW_ITEMS)
    return pd.concat([rows, new], ignore_index=True).drop(columns="plays")


def tomorrow(whole_run: WholeRun) -> pd.DataFrame:
    """The last days' events once more, later, for most listeners; a tenth are new, and so are some items."""
    random = np.random.default_rng(1)
    events = whole_run.events
    last = events[events.timestamp > events.timestamp.max() - DAYS * 86_400].copy()
    last = last[random.random(len(last)) < 0.8]
    last["timestamp"] += DAYS * 86_400
    newcomers = set(random.permutation(last.user_id.unique())[: last.user_id.nunique() // 10])
    last["user_id"] = [f"new-{user}" if user in newcomers else user for user in last.user_id]
    popular = whole_run.catalog.nlargest(len(NEW_ITEMS), "plays").item_id
    replaced = last.item_id.isin(popular) & (random.random(len(last)) < 0.5)
    last.loc[replaced, "item_id"] = last.item_id[replaced].map(dict(zip(popular, NEW_ITEMS, strict=True)))
    return last


def add_span(whole_run: WholeRun, data: Path, span: int, events: pd.DataFrame) -> Path:
    folder = data / f"span-{span}"
    folder.mkdir(parents=True)
    write(events, whole_run.data / "events.parquet", folder / "events.parquet")
    write(catalog_with_new_items(whole_run), whole_run.data / "catalog.parquet", folder / "catalog.parquet")
    return folder


@pytest.fixture(scope="module")
def two_days(whole_run: WholeRun, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The log of the whole run with a second span, and a copy of its HOME."""
    folder = tmp_path_factory.mktemp("days")
    data, home = folder / "data", folder / "home"
    shutil.copytree(whole_run.data, data)
    shutil.copytree(whole_run.home, home)
    add_span(whole_run, data, 2, tomorrow(whole_run))
    return data, home


@pytest.fixture(scope="module")
def second_day(two_days: tuple[Path, Path]) -> subprocess.CompletedProcess[str]:
    data, home = two_days
    return upnext(*run_words(data, home, SHORT), "--span", "2")


def pushed(home: Path) -> list[int]:
    return sorted(
        int(path.name) for path in (home / "serving/stock/upnext").iterdir() if path.name.isdecimal()
    )


def model_info(home: Path, version: int) -> dict[str, Any]:
    path = home / f"serving/stock/upnext/{version}/assets.extra/upnext.json"
    return json.loads(path.read_text())


def newest_evaluation(home: Path) -> dict[str, Any]:
    folders = (home / "artifacts/RankingEvaluator/evaluation").iterdir()
    return json.loads((max(folders, key=lambda path: int(path.name)) / "evaluation.json").read_text())


def test_a_second_day_is_blessed_beside_the_models_in_production(
    two_days: tuple[Path, Path], second_day: subprocess.CompletedProcess[str]
) -> None:
    _, home = two_days
    assert second_day.returncode == 0, second_day.stdout + second_day.stderr
    before, after = pushed(home)
    assert model_info(home, before)["spans"]["last"] == 1
    assert model_info(home, after)["spans"]["last"] == 2
    assert f"starts from version {before}" in second_day.stdout
    compared = newest_evaluation(home)["production"]
    assert compared["version"] == before
    assert {"all", "music", "new listeners", "new items"} <= set(compared["slices"])
    # production can't know the new items; the new model does
    assert compared["slices"]["new items"]["production"] == 0
    assert compared["slices"]["new items"]["ndcg@10"] > 0
    assert f"beside version {before}" in second_day.stdout


def test_the_new_day_is_what_is_asked(
    two_days: tuple[Path, Path], second_day: subprocess.CompletedProcess[str]
) -> None:
    _, home = two_days
    folders = (home / "artifacts/ListeningLogExampleGen/summary").iterdir()
    summary = json.loads((max(folders, key=lambda path: int(path.name)) / "summary.json").read_text())
    assert summary["spans"]["last"] == 2
    assert summary["split"]["first_cut"] >= summary["spans"]["begin"]


def test_new_items_are_served_without_training(
    whole_run: WholeRun, two_days: tuple[Path, Path], second_day: subprocess.CompletedProcess[str]
) -> None:
    data, home = two_days
    rows = pd.read_parquet(data / "span-2" / "catalog.parquet")
    late = rows[rows.item_id == NEW_ITEMS[0]].assign(item_id="late", title="A late one")
    write(
        pd.concat([rows, late], ignore_index=True),
        whole_run.data / "catalog.parquet",
        data / "span-2/catalog.parquet",
    )
    before = pushed(home)[-1]
    done = upnext(*run_words(data, home, SHORT), "--span", "2", "--only", "index")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "epoch" not in done.stdout
    newest = pushed(home)[-1]
    assert newest > before
    assert ModelFolder(home / f"serving/stock/upnext/{newest}").titles()["late"].title == "A late one"
    answer = upnext("recommend", "--home", home, "--history", f"{NEW_ITEMS[0]}", "-k", "100")
    assert "A late one" in answer.stdout


def test_a_bad_day_is_refused_and_production_stays(
    whole_run: WholeRun, two_days: tuple[Path, Path], second_day: subprocess.CompletedProcess[str]
) -> None:
    data, home = two_days
    before = pushed(home)
    day = tomorrow(whole_run)
    day["timestamp"] += DAYS * 86_400
    add_span(whole_run, data, 3, day.drop(columns="surface"))
    done = upnext(*run_words(data, home, SHORT), "--span", "3")
    assert done.returncode == 1
    assert "surface" in done.stderr
    assert done.stderr.count("\n") == 1
    assert pushed(home) == before
