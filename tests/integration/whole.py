"""The whole chain as its user runs it: a small world, one run of the command, one server."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from listening_log.world import make_world
from models import names

ROOT = Path(__file__).parents[2]
USERS, ITEMS, DAYS, SEED = 250, 500, 40, 3
UNHEARD_OF = 5  # creators with one more item, of which the log has no play
AUDIOBOOKS = 10
AUDIOBOOK_TOKEN = "kind=audiobook"
SETTINGS = (
    "ranker.max_epochs=4",
    "ranker.dimension=64",  # a world this small needs no more
    "ranker.blocks=2",
    "retrieval.max_epochs=3",
    "index.search=quantised",  # small as the catalogue is
)


def upnext(*words: str | Path, root: Path = ROOT, seconds: float = 1800) -> subprocess.CompletedProcess[str]:
    """Runs the command in a process of its own, with the packages of `root` (Python looks in the cwd first)."""
    return subprocess.run(
        [sys.executable, "-m", "tfx_pipeline.cli.main", *map(str, words)],
        cwd=root, env=environment(root), capture_output=True, text=True, timeout=seconds,
    )  # fmt: skip


def environment(root: Path = ROOT) -> dict[str, str]:
    """This process's, where our packages are found first in `root`."""
    return {**os.environ, "PYTHONPATH": str(root)}


def run_words(data: Path, home: Path, settings: Sequence[str] = SETTINGS) -> list[str]:
    """The words of the run that the tests share."""
    words = ["run", "--data", str(data), "--home", str(home)]
    return words + [word for setting in settings for word in ("--set", setting)]


def make_data(folder: Path) -> Path:
    """A listening world whose catalogue also has items without a play, and one kind that is 2% of it."""
    make_world(folder, users=USERS, items=ITEMS, days=DAYS, seed=SEED)
    catalog = pq.read_table(folder / "catalog.parquet")
    rows = catalog.to_pandas()
    plays = pq.read_table(folder / "events.parquet", columns=["item_id"]).to_pandas().item_id.value_counts()
    tracks = rows[rows.kind == "track"].assign(plays=rows.item_id.map(plays).fillna(0))
    creators = tracks.groupby("creator").plays.sum().nlargest(UNHEARD_OF).index
    likes = [tracks[tracks.creator == creator].nlargest(1, "plays").iloc[0] for creator in creators]
    unheard = pd.DataFrame(likes).drop(columns="plays")
    unheard["title"] = [f"Unheard {number}" for number in range(UNHEARD_OF)]
    unheard["item_id"] = [f"unheard-{number}" for number in range(UNHEARD_OF)]
    books = pd.DataFrame([rows.iloc[0]] * AUDIOBOOKS).assign(kind="audiobook", creator="Nia Okoro")
    books["title"] = [f"Chapter {number}" for number in range(AUDIOBOOKS)]
    books["item_id"] = [f"audiobook-{number}" for number in range(AUDIOBOOKS)]
    whole = pd.concat([rows, unheard, books], ignore_index=True)
    pq.write_table(
        pa.Table.from_pandas(whole, catalog.schema, preserve_index=False), folder / "catalog.parquet"
    )
    return folder


@dataclass(frozen=True)
class WholeRun:
    """A finished run: its log, its HOME and what the command said."""

    data: Path
    home: Path
    done: subprocess.CompletedProcess[str]

    @cached_property
    def catalog(self) -> pd.DataFrame:
        """The catalogue's rows, with `plays`."""
        rows = pd.read_parquet(self.data / "catalog.parquet")
        return rows.assign(plays=rows.item_id.map(self.events.item_id.value_counts()).fillna(0))

    @cached_property
    def events(self) -> pd.DataFrame:
        """The log's events, each listener's oldest first."""
        events = pd.read_parquet(self.data / "events.parquet")
        return events.sort_values(["user_id", "timestamp"], kind="stable")

    @cached_property
    def histories(self) -> dict[str, list[str]]:
        """Item ids by listener, oldest first."""
        return self.events.groupby("user_id").item_id.agg(list).to_dict()

    @cached_property
    def times(self) -> dict[str, list[int]]:
        """Unix seconds by listener, beside `histories`."""
        return self.events.groupby("user_id").timestamp.agg(list).to_dict()

    def some_listeners(self, count: int) -> list[str]:
        """Listeners drawn from the log, always the same ones."""
        everyone = sorted(self.histories)
        places = np.random.default_rng(0).permutation(len(everyone))[:count]
        return [everyone[place] for place in places]

    def with_token(self, token: str) -> set[str]:
        """Ids of the items that have an item token `kind=…`, `creator=…` or `genre=…`."""
        column, _, value = token.partition("=")
        if column == "genre":
            return set(
                self.catalog.item_id[self.catalog.genres.str.split("|").map(lambda all_: value in all_)]
            )
        return set(self.catalog.item_id[self.catalog[column] == value])

    def model_dir(self, build: str, model: str) -> Path:
        """The one pushed version of a model."""
        (version,) = [path for path in (self.home / "serving" / build / model).iterdir() if path.is_dir()]
        return version

    def artifact(self, stage: str, output: str) -> str:
        """The newest folder of a stage's output."""
        folders = (self.home / "artifacts" / stage / output).iterdir()
        return str(max((path for path in folders if path.name.isdecimal()), key=lambda path: int(path.name)))

    def inputs(self) -> Any:
        """What both trainers read (`components.trainer.inputs.Inputs`), loaded in this process."""
        from components.trainer.inputs import Inputs

        return Inputs.load(
            examples_uri=self.artifact("ListeningLogExampleGen", "examples"),
            transform_graph_uri=self.artifact("LogTransform", "transform_graph"),
            catalog_uri=self.artifact("ListeningLogExampleGen", "catalog"),
            catalog_transform_uri=self.artifact("CatalogTransform", "transform_graph"),
            summary_uri=self.artifact("ListeningLogExampleGen", "summary"),
        )


@dataclass(frozen=True)
class Served:
    """Where `upnext serve` answers."""

    grpc: str
    rest: str


PLACES = [(build, model) for build in names.BUILDS for model in names.MODELS]
