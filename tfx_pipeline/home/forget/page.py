"""The page that `upnext forget` prints."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Removed(NamedTuple):
    """A folder or file under HOME that is gone, and how many bytes it had."""

    path: str
    size: int


def page(
    removed: Sequence[Removed], lines: int, records: int, in_models: str | None, data_dir: Path | None
) -> str:
    """Says what was removed, what follows from it, and what stays.

    Args:
        removed: what is gone.
        lines: of logs, which named the listener.
        records: of the metadata, likewise.
        in_models: files of served models that hold the same text, "" for none; None: they were not searched.
        data_dir: where the log is, if that is known.
    """
    told = [f"  {path:60} {_size(size):>10}" for path, size in removed]
    told += [f"  {lines:,} lines of logs that named the listener"] if lines else []
    told += [f"  {records:,} records of metadata.db that named the listener"] if records else []
    page = ["Removed:", *told] if told else ["Nothing under HOME holds this listener."]
    page += ["", "From now on runs in this HOME leave the listener out."]
    if removed:
        page.append(
            "Models that were trained on what was removed are trained again by the next `upnext run`."
        )
    page.append(f"The models under serving/ stay and answer until then{_searched(in_models)}")
    page.append(
        f"The log in {data_dir or 'the data directory'} is your own and was not touched: "
        "take the listener out of it too."
    )
    return "\n".join(page)


def _searched(in_models: str | None) -> str:
    if in_models is None:
        return (
            ". They were not searched: an id of digits alone, or of fewer than four characters, "
            "can't be told from what else is in them."
        )
    if not in_models:
        return "; they hold no listener's id."
    return (
        f". The same text stands in {in_models}: no model is made of listeners' ids, so as an item's id, "
        "a tag or a title; nothing was removed there."
    )


def _size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size / 1e3:,.1f} kB"
