"""What Home's bandit earns on a made world, beside a fixed order, chance, and what is popular.

python -m benchmarks.home --home HOME [--visits 800] [--pages 8000]

HOME has a run over a made world (`upnext data make`), whose true preferences are known. Listeners visit in the days
after the log's end, at hours and with devices of their own sessions. Shelves come of the pushed models, once a visit;
each policy draws its pages of the same shelves, and made listeners respond (`benchmarks/home/listener.py`).
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.home.policies import Between, Chance, FixedOrder, Greedy
from benchmarks.home.runs import Logged, calibration, estimate, run, run_learning, standard_error
from benchmarks.home.visits import TrueVisit, make_visits
from benchmarks.made_world import open_world
from surfaces.home.bandit import Bandit
from surfaces.home.learnt import Learnt
from surfaces.home.mix import divergence
from surfaces.home.ridge import Floats
from tfx_pipeline.home.layout import Home
from tfx_pipeline.surfaces.home_application import log_source

SEED: Final = 1
EDGES: Final = (0, 0.03, 0.06, 0.1, 0.15, 0.25, 0.4, 0.6, 0.8, 1)


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the report."""
    options = _parser().parse_args(arguments)
    with open_world(options.home) as world:
        data = log_source(Home(options.home)).data_dir
        visits = make_visits(world.service, world.truth, data, options.visits, SEED)
        _report(visits, world.service.catalogue.is_talk, options.pages)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, metavar="DIR")
    parser.add_argument("--visits", type=int, default=800, metavar="N")
    parser.add_argument("--pages", type=int, default=8000, metavar="N")
    return parser


def _report(visits: Sequence[TrueVisit], is_talk: np.ndarray, pages: int) -> None:
    charts = [replace(visit, shelves=visit.popular) for visit in visits]
    learnt, learning = run_learning(visits, range(pages), is_talk)
    new, bandit = Bandit(Learnt.from_json({})), Bandit(learnt)
    after = range(pages, 2 * pages)  # of which the bandit hasn't learnt
    runs = {
        "the bandit, having learnt": run(bandit, visits, after, is_talk),
        "the same without exploration": run(Greedy(bandit), visits, after, is_talk),
        "the bandit before it has learnt": run(new, visits, after, is_talk),
        "fixed order": run(FixedOrder(), visits, after, is_talk),
        "a random order": run(Chance(), visits, after, is_talk),
        "what is popular": run(FixedOrder(), charts, after, is_talk),
    }
    print(
        "| policy | reward a page | above fixed order | talk shown | KL to the mix, mean | 90th percentile |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    fixed = _rewards(runs["fixed order"])
    for name, logged in runs.items():
        print(f"| {name} | {_row(logged, fixed)} |")
    quarter = pages // 4
    means = [_rewards(learning[n : n + quarter]).mean() for n in range(0, 4 * quarter, quarter)]
    print("\nWhile it learns, by quarters of the pages:", ", ".join(f"{mean:.3f}" for mean in means))
    _print_calibration([*learning, *runs["the bandit, having learnt"]])
    half = Between(Chance(), bandit)
    log = run(half, visits, after, is_talk)
    print("\n| by a log of half chance, half bandit | estimate | when it is run | pages that count |")
    print("| --- | --- | --- | --- |")
    for name, policy in (
        ("the bandit, having learnt", bandit),
        ("the bandit before it has learnt", new),
        ("a random order", Chance()),
    ):
        value, error, sample = estimate(log, policy)
        real = _rewards(run(policy, visits, after, is_talk, seed=1))  # other visits, other listeners
        print(
            f"| {name} | {value:.3f} ± {1.96 * error:.3f} | "
            f"{real.mean():.3f} ± {1.96 * standard_error(real):.3f} | {sample:.0f} of {len(log)} |"
        )


def _rewards(logged: Sequence[Logged]) -> Floats:
    return np.array([one.reward for one in logged])


def _row(logged: Sequence[Logged], fixed: Floats) -> str:
    above = _rewards(logged) - fixed
    apart = np.array([divergence(one.page.wanted, one.page.tally.share) for one in logged])
    shown = np.mean([one.page.tally.share for one in logged])
    return (
        f"{(above + fixed).mean():.3f} | {above.mean():+.3f} ± {1.96 * standard_error(above):.3f} | {shown:.3f} | "
        f"{apart.mean():.4f} | {np.quantile(apart, 0.9):.4f}"
    )


def _print_calibration(logged: Sequence[Logged]) -> None:
    print("\n| propensity | choices | mean propensity | came | standard errors apart |")
    print("| --- | --- | --- | --- | --- |")
    for low, high, count, stated, came in calibration(logged, EDGES):
        error = np.sqrt(max(stated * (1 - stated), 1e-12) / count)
        print(
            f"| {low:g} to {high:g} | {count} | {stated:.4f} | {came:.4f} | {abs(came - stated) / error:.1f} |"
        )
    weights = [1 / (chances[n] * len(chances)) for one in logged for chances, n in _draws(one)]
    print(
        f"\nThe mean of 1 / (propensity times choices), 1 where propensities are exact: {np.mean(weights):.4f}"
    )


def _draws(one: Logged) -> list[tuple[np.ndarray, int]]:
    return list(zip(one.record.chances, one.chosen, strict=True))


if __name__ == "__main__":
    main()
