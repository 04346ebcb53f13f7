"""`upnext simulate`: all lives, in a folder of their own, with a model server of what was pushed last."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np

from listening_log.errors import UserError
from listening_log.storage import atomic
from listening_log.world import load_truth
from surfaces.common.catalogue import Catalogue
from surfaces.common.model_server import ModelServer
from tfx_pipeline.home.layout import Home
from tfx_pipeline.simulation.lives import LIVES, TRAINED_FROM
from tfx_pipeline.simulation.loop import Models, live_in_spans
from tfx_pipeline.simulation.outcome import surfaces_table, table
from tfx_pipeline.simulation.picture import picture
from tfx_pipeline.simulation.retraining import retrain
from tfx_pipeline.simulation.workspace import make_homes
from tfx_pipeline.surfaces.home_application import log_source, pushed_catalogue
from tfx_pipeline.surfaces.model_server_process import started

PICTURE: Final = "lives.svg"


def run(
    home: Home,
    out: Path,
    spans: list[int],
    data: Path | None,
    listeners: int,
    seed: int,
    train: bool,
    address: str,
    say: Callable[[str], None],
) -> str:
    """Lets listeners of a made world live in each way, and the models learn from it after each span.

    Args:
        home: of a run over a made world.
        out: a folder that is not there, for all that is written.
        spans: the days of each span.
        data: the made world; None: the data that the last run read.
        listeners: how many of its listeners at most.
        seed: of everything that is drawn.
        train: whether the models learn; else they stay as they were pushed.
        address: `host:port` of a model server's gRPC, of models that stay; "": one is started for each span.
        say: is told what came of each training.

    Returns:
        The table of what came of it, and of each destination; `PICTURE` in the folder shows it.

    Raises:
        UserError: the data is no made world, nothing was pushed, the model server doesn't start, or a run failed.
    """
    data = data or Path(log_source(home).data_dir)
    truth = load_truth(data)
    catalogue = Catalogue.read(pushed_catalogue(home).extra)
    if all(catalogue.place_of(item) is None for item in truth.item_ids.tolist()):
        raise UserError(f"{home} serves another catalogue than this world's: name its data with --data")
    users = np.random.default_rng(seed).permutation(truth.user_ids)[:listeners].tolist()
    homes = make_homes(home, data, out, LIVES)

    @contextlib.contextmanager
    def serve() -> Iterator[Models]:
        if address:
            yield lambda catalogue: ModelServer(address, catalogue)
            return
        with started(homes[TRAINED_FROM]) as server:
            server.wait_until_ready(threading.Event())
            yield lambda catalogue: ModelServer(server.address, catalogue)

    def learn(own: Home) -> None:
        if train:
            say(retrain(own))

    outcomes = live_in_spans(homes, truth, users, spans, seed, serve, learn)
    atomic.write_text(out / PICTURE, picture(outcomes))
    return f"{table(outcomes)}\n\n{surfaces_table(outcomes[TRAINED_FROM])}"
