"""`upnext recommend`: what a listener played, and what comes next, by title."""

from collections.abc import Mapping
from pathlib import Path

from models import names
from serving.client import Client, Ranking, top_rankings
from serving.errors import ServerError
from serving.locations import latest_version
from serving.ranking_table import history_table, ranking_table
from serving.titles import Title, read_titles

SHOWN_PLAYS = 10


def recommend(home: Path, history: list[str], k: int, address: str | None) -> str:
    """The page: recent plays above the ranking.

    Args:
        home: where models were pushed; titles are read there, and the model unless there is an `address`.
        history: item ids, oldest first; empty for a new listener.
        k: how many items are ranked.
        address: `host:port` of a server's gRPC.

    Raises:
        ServerError: nothing was pushed under `home`, or the server doesn't answer.
    """
    if address:
        titles = _titles_if_any(home)
        with Client(address) as client:
            (ranking,) = client.recommend([history], k=k)
    else:
        model_dir = latest_version(home, names.SCANN, names.UPNEXT)
        titles = read_titles(model_dir)
        ranking = _ask_model(model_dir, history, k)
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


def _titles_if_any(home: Path) -> dict[str, Title]:
    """Titles of the newest models pushed here; a server elsewhere may serve others."""
    try:
        return read_titles(latest_version(home, names.SCANN, names.UPNEXT))
    except ServerError:
        return {}
