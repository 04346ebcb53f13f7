"""Bless passes a model only if every figure clears its floor, and says which did not."""

import json
import math
from pathlib import Path

import pytest

from components.bless.config import GatesConfig
from components.bless.gates import bless, judge
from components.common.records import (
    Agreement,
    BesideProduction,
    Difference,
    Evaluation,
    Index,
    ProductionSlice,
    ServingCheck,
)

CONFIG = GatesConfig(index_recall=0.95, stock_agreement=0.95)


def evaluation(
    popularity_low: float = 0.01,
    markov_high: float = 0.0,
    blend_high: float = 0.0,
    production: BesideProduction | None = None,
) -> Evaluation:
    return Evaluation(
        targets=9,
        listeners=3,
        exclude_seen=False,
        metrics={},
        retrieval_recall={},
        against={
            "popularity": Difference(difference=0.02, low=popularity_low, high=0.03),
            "markov": Difference(difference=-0.01, low=-0.02, high=markov_high),
            "blend": Difference(difference=-0.05, low=-0.06, high=blend_high),
        },
        slices={},
        production=production,
    )


def serving(agreement: float = 1.0, stock: float = 0.96, ok: bool = True) -> ServingCheck:
    figures = Agreement(server_agreement=agreement, stock_agreement=stock)
    return ServingCheck(ok=ok, figures=figures, reasons=[])


def index(recall: float = math.nan) -> Index:
    return Index(kind="scann", items=9, queries=9, recall_at_200=recall)


def failed(**changes) -> list[str]:
    parts = {
        "evaluation": evaluation(),
        "indexes": {"first fit": index(0.97), "final fit": index(0.95)},
        "serving": serving(),
        "config": CONFIG,
    }
    return [gate.name for gate in judge(**(parts | changes)) if not gate.passed]


def test_a_model_that_clears_every_floor_passes() -> None:
    assert failed() == []


def test_level_with_popularity_is_not_enough() -> None:
    assert failed(evaluation=evaluation(popularity_low=0.0)) == ["ndcg@10 above popularity (low end)"]


@pytest.mark.parametrize("baseline", ["markov", "blend"])
def test_a_model_surely_below_a_baseline_is_refused(baseline: str) -> None:
    below = evaluation(**{f"{baseline}_high": -0.001})
    assert failed(evaluation=below) == [f"ndcg@10 not below {baseline} (high end)"]


def test_a_model_surely_worse_than_production_on_one_slice_is_refused() -> None:
    slices = {
        name: ProductionSlice(targets=20, high=high)
        for name, high in (("all", 0.01), ("talk", -0.001), ("new items", 0.0))
    }
    production = BesideProduction(version=7, last_span=1, slices=slices)
    assert failed(evaluation=evaluation(production=production)) == [
        "ndcg@10 not below production, talk (high end)"
    ]


def test_few_targets_refuse_nothing() -> None:
    slices = {"all": ProductionSlice(targets=19, high=-0.01)}
    production = BesideProduction(version=7, last_span=1, slices=slices)
    assert failed(evaluation=evaluation(production=production)) == []


def test_without_models_in_production_nothing_is_compared() -> None:
    assert failed(evaluation=evaluation(production=None)) == []


def test_both_indexes_have_a_floor() -> None:
    indexes = {"first fit": index(0.97), "final fit": index(0.94)}
    assert failed(indexes=indexes) == ["index recall@200, final fit"]


def test_one_different_answer_of_the_server_is_enough_to_refuse() -> None:
    assert failed(serving=serving(agreement=0.99)) == ["server answers as the models"]


def test_a_figure_that_is_missing_or_no_number_refuses() -> None:
    assert failed(indexes={"first fit": index()}) == ["index recall@200, first fit"]
    assert failed(evaluation=evaluation(popularity_low=float("nan"))) == [
        "ndcg@10 above popularity (low end)"
    ]


@pytest.mark.parametrize(("low", "name"), [(0.01, "BLESSED"), (-0.01, "NOT_BLESSED")])
def test_the_verdict_is_written_as_tfx_does(tmp_path: Path, low: float, name: str) -> None:
    evaluation(popularity_low=low).write(tmp_path / "evaluation")
    index(1.0).write(tmp_path / "index")
    serving().write(tmp_path / "serving")

    blessed = bless(
        evaluation_uri=str(tmp_path / "evaluation"),
        index_uri=str(tmp_path / "index"),
        serving_evaluation_uri=str(tmp_path / "serving"),
        config=CONFIG,
        out_uri=str(tmp_path / "out"),
    )

    gates = json.loads((tmp_path / "out" / "gates.json").read_text())
    assert blessed == gates["blessed"] == (name == "BLESSED")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"gates.json", name}
    assert gates["gates"][0] == {
        "name": "ndcg@10 above popularity (low end)",
        "figure": low,
        "floor": 0.0,
        "strict": True,
        "passed": blessed,
    }
