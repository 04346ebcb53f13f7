"""How well the whole ranks, and each of its parts, on events that nothing has seen.

    python -m benchmarks.quality --data DIR [DIR …] --seeds 1 2 3

The last event of each listener is cut off each log. The whole pipeline runs on the rest with its defaults, once a
seed; what it pushed is asked through `upnext batch` what each listener plays next. Closed forms are fitted on the
same rest and rank the same events. What the parts of the model reach alone stands in the run's own evaluation, on
its `test`: other events, one earlier, and a model of less data, so those rows compare with each other alone.
"""

import argparse
import dataclasses
import json
import math
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.attainable import attainable_ranks
from benchmarks.closed_forms import BLEND, rank_by_closed_forms
from benchmarks.final_events import FinalEvents, cut_final_events
from benchmarks.pipeline_runs import SeedRun, run_seed
from benchmarks.published import PUBLISHED as FIGURES
from benchmarks.quality_table import FINAL, PUBLISHED, TEST, Row, above, final_row, mean_gains, render
from benchmarks.slices import slice_masks
from components.common.records import MEMORIES, TRANSFORMER, TWO_STAGE, Evaluation
from listening_log.errors import UserError
from models import names

SERVED = "the whole, served"
PARTS = {
    TWO_STAGE: "the whole",
    names.RANKER: "ranker alone",
    TRANSFORMER: "transformer alone",
    MEMORIES: "memories alone",
    names.RETRIEVAL: "retrieval alone",
}
"""Models of the run's own evaluation, by their names there."""


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the table. Returns 1 where a run failed or a gate said no, so that something was not served."""
    parser = _parser()
    args = parser.parse_args(argv)
    rows: list[Row] = []
    codes: list[int] = []
    for data in args.data:
        try:
            events, runs = run_log(data, args.seeds, args.set, args.keep)
        except UserError as error:
            parser.exit(1, f"{error}\n")
        rows += rows_of(data, events, runs)
        codes += [run.exit_code for run in runs]
        if args.json:  # after each log: the next may take an hour
            args.json.write_text(json.dumps(record(rows, codes, args.seeds, args.set), indent=2) + "\n")
    print(render(rows), flush=True)
    return int(any(codes))


def run_log(
    data: Path, seeds: Sequence[int], settings: Sequence[str], keep: Path | None = None
) -> tuple[FinalEvents, list[SeedRun]]:
    """Cuts a log and runs the pipeline on what is left, once a seed.

    Args:
        data: the log.
        seeds: of the runs.
        settings: of the runs.
        keep: where the homes of the runs stay, in a folder with the log's name; None: nowhere.

    Raises:
        UserError: the log can't be read, or the folder to keep is there already.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = keep / data.resolve().name if keep else Path(temporary, "runs")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            raise UserError(f"--keep: {folder} is there already; name another or remove it") from None
        short = folder / "log"
        events = cut_final_events(data, short)
        homes = (folder / f"home-{number}" for number in range(len(seeds)))
        return events, [
            run_seed(short, home, events, seed, settings) for home, seed in zip(homes, seeds, strict=True)
        ]


def rows_of(data: Path, events: FinalEvents, runs: Sequence[SeedRun]) -> list[Row]:
    """Makes the rows of one log; without the run's evaluation nobody knows what a ranking leaves out."""
    log = data.resolve().name
    rows = [_unserved(log, run) for run in runs if run.ranks is None]
    evaluations = [run.evaluation for run in runs if run.evaluation]
    if evaluations:
        rows += _final_rows(data, events, runs, evaluations[0].exclude_seen)
        rows += _test_rows(log, evaluations)
    return rows + [
        Row(log, figures.model, PUBLISHED, figures.hr_at_10, figures.ndcg_at_10, note=figures.source)
        for figures in FIGURES.get(log, ())
    ]


def _final_rows(data: Path, events: FinalEvents, runs: Sequence[SeedRun], exclude_seen: bool) -> list[Row]:
    """Makes the rows of all that ranked the final events: what is served, closed forms, true preferences."""
    log, masks = data.resolve().name, slice_masks(events)
    forms = list(rank_by_closed_forms(events, exclude_seen))
    rows = [
        final_row(log, form.name, form.ranks[None], masks, wall=form.wall, cpu=form.cpu) for form in forms
    ]
    limit = attainable_ranks(data, events, exclude_seen)
    if limit is not None:
        rows.append(final_row(log, "attainable (true preferences)", limit[None], masks))
    answers = [run.ranks for run in runs if run.ranks is not None]
    if not answers:
        return rows
    ranks = np.stack(answers)
    blend = next(form.ranks for form in forms if form.name == BLEND)
    notes = [f"{len(events.targets):,} events", above(ranks, blend[None], BLEND)]
    if limit is not None:
        share = mean_gains(ranks).mean() / mean_gains(limit[None]).mean()
        notes.append(f"{share:.0%} of the attainable ndcg@10")
    wall = float(np.mean([run.wall for run in runs if run.ranks is not None]))
    cpu = float(np.mean([run.cpu for run in runs if run.ranks is not None]))
    return [final_row(log, SERVED, ranks, masks, wall=wall, cpu=cpu, note="; ".join(notes)), *rows]


def _test_rows(log: str, evaluations: Sequence[Evaluation]) -> list[Row]:
    """Makes the rows of the whole and of its parts on `test`."""
    rows = []
    for name, model in PARTS.items():
        rankings = [evaluation.metrics[name] for evaluation in evaluations if name in evaluation.metrics]
        if not rankings:
            continue
        seeds = tuple(ranking.ndcg_at_10 for ranking in rankings)
        rows.append(
            Row(
                log,
                model,
                TEST,
                float(np.mean([ranking.hr_at_10 for ranking in rankings])),
                float(np.mean(seeds)),
                ndcg_of_seeds=seeds if len(seeds) > 1 else (),
                note=f"{evaluations[0].targets:,} events, first fit" if name == TWO_STAGE else "",
            )
        )
    return rows


def _unserved(log: str, run: SeedRun) -> Row:
    """Makes the row of a run that served nothing."""
    note = f"seed {run.seed}: exit code {run.exit_code}, nothing was served"
    if not run.evaluation:
        note += "; the run ended before its evaluation"
    return Row(log, SERVED, FINAL, wall=run.wall, cpu=run.cpu, note=note)


def record(
    rows: Sequence[Row], codes: Sequence[int], seeds: Sequence[int], settings: Sequence[str]
) -> dict[str, object]:
    """All figures, as JSON has them.

    Args:
        rows: of the table.
        codes: exit codes of the runs.
        seeds: of the runs of each log.
        settings: of the runs.
    """
    return {
        "settings": list(settings),
        "seeds": list(seeds),
        "exit_codes": list(codes),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[2], 1),
        "rows": [{name: _plain(value) for name, value in dataclasses.asdict(row).items()} for row in rows],
    }


def _plain(value: object) -> object:
    """A value as JSON has it: no NaN."""
    return None if isinstance(value, float) and math.isnan(value) else value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.quality",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--data", type=Path, nargs="+", required=True, metavar="DIR", help="logs in the contract's tables")
    add("--seeds", type=int, nargs="+", default=[1], metavar="S", help="of the runs; default: 1")
    add("--set", nargs="+", action="extend", default=[], metavar="KEY=VALUE", help="settings of the runs")
    add(
        "--keep", type=Path, metavar="DIR", help="keep the runs there, each log's in a new folder of its name"
    )
    add("--json", type=Path, metavar="FILE", help="write the figures there too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
