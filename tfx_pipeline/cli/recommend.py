"""`upnext recommend`: what a listener played, and what comes next, by title."""

from collections.abc import Mapping
from pathlib import Path

from components.pushed.model_folder import ModelFolder
from components.pushed.pushed_models import PushedModels
from listening_log.errors import UserError
from models import names
from serving.client import Client, Ranking, top_rankings
from serving.ranking_table import history_table, ranking_table
from serving.titles import Title
from tfx_pipeline.home.layout import Home

SHOWN_PLAYS = 10


def recommend(home: Home, history: list[str], k: int, address: str | None) -> str:
    """The page: recent plays above the ranking.

    Args:
        home: where models were pushed; titles are read there, and the model unless there is an `address`.
        history: item ids, oldest first; empty for a new listener.
        k: how many items are ranked.
        address: `host:port` of a server's gRPC.

    Raises:
        UserError: nothing was pushed under `home`.
        ServerError: the server doesn't answer.
    """
    if address:
        titles = _titles_if_any(home)
        with Client(address) as client:
            (ranking,) = client.recommend([history], k=k)
    else:
        folder = _served(home)
        titles = folder.titles()
        ranking = _ask_model(folder.path, history, k)
    return page(history, ranking, titles)


def page(history: list[str], ranking: Ranking, titles: Mapping[str, Title]) -> str:
    """Recent plays, the newest first, then the ranking."""
    recent = history[: -SHOWN_PLAYS - 1 : -1]
    lines = []
    if recent:
        more = f", the newest of {len(history):,}" if len(history) > len(recent) else ""
        lines += [f"Recent plays{more}, newest first", "", history_table(recent, titles)]
    else:
        lines.append("No plays: what a new listener is offered")
    unknown = [item for item in recent if titles and item not in titles]
    if unknown:
        lines += ["", f"Unknown to the model: {', '.join(unknown)}"]
    return "\n".join([*lines, "", "Up next", "", ranking_table(ranking.ids, ranking.scores, titles)])


def _ask_model(model_dir: Path, history: list[str], k: int) -> Ranking:
    from serving.loaded_model import LoadedModel
    from serving.request import build_request

    answer = LoadedModel(model_dir).predict(*build_request([history]))
    (ranking,) = top_rankings(answer, k)
    return ranking


def _titles_if_any(home: Home) -> dict[str, Title]:
    """Titles of the newest models pushed here; a server elsewhere may serve others."""
    try:
        return _served(home).titles()
    except UserError:
        return {}


def _served(home: Home) -> ModelFolder:
    return PushedModels(home.serving).served(names.SCANN, names.UPNEXT)
