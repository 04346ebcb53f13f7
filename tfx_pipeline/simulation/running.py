"""`upnext simulate`: all lives over one HOME, each with a store of its own that goes with it."""

import contextlib
import tempfile
import threading
from pathlib import Path

import numpy as np

from listening_log.errors import UserError
from listening_log.world import load_truth
from surfaces.common.model_server import ModelServer
from tfx_pipeline.home.layout import Home
from tfx_pipeline.simulation.lives import LIVES
from tfx_pipeline.simulation.simulate import simulate, table
from tfx_pipeline.surfaces.home_application import home_service, log_source, open_store
from tfx_pipeline.surfaces.model_server_process import started


def run(home: Home, weeks: int, data: Path | None, listeners: int, seed: int, address: str) -> str:
    """Lets listeners of a made world live in each way for some weeks; the models stay as they were pushed.

    Args:
        home: of a run over a made world.
        weeks: how many.
        data: the made world; None: the data that the last run read.
        listeners: how many of its listeners at most.
        seed: of everything that is drawn.
        address: `host:port` of a model server's gRPC; "": one is started.

    Returns:
        The table of what came of it.

    Raises:
        UserError: the data is no made world, nothing was pushed, or the model server doesn't start.
    """
    truth = load_truth(data or log_source(home).data_dir)
    users = np.random.default_rng(seed).permutation(truth.user_ids)[:listeners].tolist()
    outcomes = {}
    with contextlib.ExitStack() as stack:
        if not address:
            server = stack.enter_context(started(home))
            server.wait_until_ready(threading.Event())
            address = server.address
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for number, (name, life) in enumerate(LIVES.items()):
            store = open_store(f"sqlite:///{folder / f'{number}.sqlite'}")
            stack.callback(store.close)
            service = home_service(home, store, lambda catalogue: ModelServer(address, catalogue))
            stack.callback(service.models.close)
            stack.callback(service.log.close)
            if not any(service.catalogue.place_of(item) is not None for item in truth.item_ids.tolist()):
                raise UserError(
                    f"{home} serves another catalogue than this world's: name its data with --data"
                )
            outcomes[name] = simulate(life(service), truth, users, 7 * weeks, seed)
    return table(outcomes)
