"""How well what a run pushed goes on with sessions of listeners whom it doesn't know.

    upnext run --data DATA --home HOME
    python -m benchmarks.sessions --home HOME --others FILE

FILE is a table of events of other sessions, a `user_id` each (CSV or Parquet, in the contract's columns). After each
event of a session but the last, `upnext batch` is asked what is played next. P@20 is the share of answers with it
among the first 20, MRR@20 the mean of 1 / its place there, and 0 where it isn't: the figures of session-based
recommendation (Wu and others, SR-GNN, AAAI 2019). What was played before in the session may be answered.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from benchmarks.final_events import read_table
from benchmarks.pipeline_runs import ask_batch
from listening_log.errors import UserError
from listening_log.tables.reader import read_batches
from listening_log.tables.tables import EVENTS, table_files
from models.metrics import reciprocal_ranks
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.run_record import last_run
from tfx_pipeline.terminal.tables import render_table

PLACES: Final = 20


class Prefix(NamedTuple):
    """The beginning of a session, and what was played next."""

    history: list[str]
    target: str


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the figures over all prefixes, and over those whose next item somebody has played in the log."""
    parser = _parser()
    args = parser.parse_args(argv)
    home = Home(args.home)
    try:
        played = played_items(Path(last_run(home).data_dir))
        prefixes = list(prefixes_of(read_sessions(args.others)))
    except UserError as error:
        parser.exit(1, f"{error}\n")
    histories = ((f"other session, prefix {n}", prefix.history) for n, prefix in enumerate(prefixes))
    targets = [prefix.target for prefix in prefixes]
    code, ranks = ask_batch(home.path, histories, targets, ["-k", str(PLACES)])
    if ranks is None:
        return code
    known = np.array([target in played for target in targets], bool)
    rows = [
        _row("all", ranks),
        _row("next item played by somebody before", ranks[known]),
    ]
    print(render_table(rows, ("prefixes", "n", f"P@{PLACES}", "±", f"MRR@{PLACES}", "±")))
    return 0


def read_sessions(path: Path) -> pa.Table:
    """Reads a table of events.

    Raises:
        UserError: there is no such file, or it can't be read.
    """
    if not path.is_file():
        raise UserError(f"--others {path}: no such file; give a table of events")
    return read_table([str(path)], EVENTS)


def prefixes_of(events: pa.Table) -> Iterator[Prefix]:
    """Yields the prefixes of each session, in the order of time; ties keep the file's order."""
    session, item = (events[column].to_pylist() for column in ("user_id", "item_id"))
    time = events["timestamp"].to_numpy()
    sessions: dict[str, list[str]] = {}
    for row in np.argsort(time, kind="stable"):
        sessions.setdefault(session[row], []).append(item[row])
    for items in sessions.values():
        for length in range(1, len(items)):
            yield Prefix(items[:length], items[length])


def played_items(data: Path) -> set[str]:
    """Returns the ids of all items that have an event in a log."""
    return {
        item
        for path in table_files(str(data), EVENTS)
        for _, batch in read_batches(path, EVENTS)
        for item in batch["item_id"].unique().to_pylist()
    }


def precision_and_mrr(ranks: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Computes P@20 and 1 / place of each answer: [Q, 2].

    Args:
        ranks: [Q], 0-based, `NOT_FOUND` where the target isn't among the first 20.
    """
    return np.stack([(ranks < PLACES).astype(float), reciprocal_ranks(ranks)], axis=1)


def _row(name: str, ranks: npt.NDArray[np.int64]) -> tuple[str, ...]:
    figures = precision_and_mrr(ranks)
    count = max(len(figures), 1)
    (hits, mrr), (hits_error, mrr_error) = figures.sum(axis=0) / count, figures.std(axis=0) / np.sqrt(count)
    return (name, f"{len(ranks):,}", f"{hits:.4f}", f"{hits_error:.4f}", f"{mrr:.4f}", f"{mrr_error:.4f}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.sessions",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--home", type=Path, required=True, metavar="DIR", help="of a run that pushed")
    parser.add_argument("--others", type=Path, required=True, metavar="FILE", help="events of other sessions")
    return parser


if __name__ == "__main__":
    sys.exit(main())
