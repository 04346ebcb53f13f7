"""`upnext surfaces --mcp`: the destinations as tools of one agent, over stdin and stdout."""

import asyncio
import threading

from surfaces.agents.server import agent_server
from tfx_pipeline.home.layout import Home
from tfx_pipeline.surfaces.serving import live_app


def serve_agent(home: Home, address: str, store: str, rephrase: str = "") -> int:
    """Serves the tools until the agent closes stdin; until the models are loaded, answers are degraded.

    Args:
        home: of earlier runs, with pushed models.
        address: `host:port` of a model server's gRPC; "": one is started.
        store: URL of the store's database; "": a file under HOME.
        rephrase: as `serving.serve` takes it.

    Returns:
        The exit code.

    Raises:
        UserError: nothing was pushed, the log can't be read, or the store can't be opened.
    """
    stop = threading.Event()
    with live_app(home, address, store, rephrase) as (app, child):
        if child is not None:
            threading.Thread(target=child.wait_until_ready, args=(stop,), daemon=True).start()
        app.start()
        try:
            asyncio.run(agent_server(app).run_stdio_async())
        finally:
            stop.set()
            app.stop()
    return 0
