"""`upnext recommend`: what a listener played, and what comes next, by title."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from components.pushed.model_folder import ModelFolder
from components.pushed.pushed_models import PushedModels
from listening_log.errors import UserError
from models import names
from serving.client import Client, Ranking, top_rankings
from serving.titles import Title, title_of
from tfx_pipeline.home.layout import Home
from tfx_pipeline.terminal.tables import render_table

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
        titles: Mapping[str, Title] = _titles_if_any(home)
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


def ranking_table(item_ids: Sequence[str], scores: Sequence[float], titles: Mapping[str, Title]) -> str:
    """Lines of rank, title, creator, kind and score, best first, under a line of column names."""
    rows = [
        [str(rank), *title_of(titles, item), f"{score:.3f}"]
        for rank, (item, score) in enumerate(zip(item_ids, scores, strict=True), start=1)
    ]
    headers = ["#", "title", "creator", "kind", "score"]
    return render_table(rows, headers, right={0, 4}, drop_empty=True)


def history_table(item_ids: Sequence[str], titles: Mapping[str, Title]) -> str:
    """Lines of title, creator and kind, in the order of the items."""
    rows = [list(title_of(titles, item)) for item in item_ids]
    return render_table(rows, ["title", "creator", "kind"], right=(), drop_empty=True)


def _ask_model(model_dir: Path, history: list[str], k: int) -> Ranking:
    from serving.loaded_model import LoadedModel
    from serving.request import build_request

    answer = LoadedModel(model_dir).predict(*build_request([history]))
    (ranking,) = top_rankings(answer, k)
    return ranking


def _titles_if_any(home: Home) -> Mapping[str, Title]:
    """Titles of the newest models pushed here; a server elsewhere may serve others."""
    try:
        return _served(home).titles()
    except UserError:
        return {}


def _served(home: Home) -> ModelFolder:
    return PushedModels(home.serving).served(names.SCANN, names.UPNEXT)
