"""A run's figures are a table whose last line says how it ended."""

import math
from pathlib import Path

from components.common.records import (
    Agreement,
    Difference,
    Evaluation,
    Gate,
    Gates,
    Index,
    Push,
    Ranking,
    ServingCheck,
)
from tfx_pipeline.local.results import Results, read

EVALUATION = Evaluation(
    targets=9,
    listeners=3,
    exclude_seen=False,
    metrics={
        "two_stage": Ranking(hr_at_10=0.5, ndcg_at_10=0.25, mrr=0.2),
        "popularity": Ranking(hr_at_10=0.1, ndcg_at_10=0.05, mrr=0.04),
    },
    against={"blend": Difference(difference=-0.0123, low=-0.02, high=0.0)},
    retrieval_recall={"recall@200": 0.9},
    slices={},
    production=None,
)
PASSED = Gate.judge("serving check", 1.0, 1.0)
REFUSED = Gate.judge("index recall@200", 0.9, 0.95)


def test_a_push_is_told_on_the_last_line() -> None:
    push = Push(version=7, destination="/home/serving")
    results = Results(EVALUATION, gates=Gates(blessed=True, gates=[PASSED]), push=push)
    assert results.exit_code == 0
    assert results.table().splitlines()[-1] == "pushed version 7 to /home/serving"


def test_a_gate_that_said_no_is_told_on_the_last_line_with_its_figure_and_floor() -> None:
    results = Results(EVALUATION, gates=Gates(blessed=False, gates=[PASSED, REFUSED]))
    assert results.exit_code == 3
    assert results.table().splitlines()[-1] == (
        "gate 'index recall@200' said no: 0.9000, must be at least 0.9500"
    )


def test_a_gate_without_a_figure_is_told() -> None:
    gates = Gates(blessed=False, gates=[Gate.judge("index recall@200", math.nan, 0.95, strict=True)])
    assert "said no: no figure, must be above 0.9500" in Results(gates=gates).table()


def test_models_stand_beside_baselines() -> None:
    index = Index(kind="scann", items=9, queries=9, recall_at_200=0.99)
    lines = Results(EVALUATION, index=index).table().splitlines()
    assert lines[0].split() == ["on", "test", "hr@10", "ndcg@10", "mrr"]
    assert lines[1].split() == ["retrieval,", "then", "ranker", "0.5000", "0.2500", "0.2000"]
    assert lines[2].split() == ["popularity", "0.1000", "0.0500", "0.0400"]
    assert lines[3] == "  ndcg@10 is 0.0123 below the blend of counts"
    assert lines[5].split() == ["index", "recall@200", "0.9900", "scann"]


def test_what_the_serving_check_saw_stands_below_its_figures() -> None:
    serving = ServingCheck(ok=False, figures=Agreement(), reasons=["gRPC upnext: in 49 of 50 rows only"])
    assert "gRPC upnext: in 49 of 50 rows only" in Results(EVALUATION, serving=serving).table().splitlines()


def test_only_files_of_stages_that_ran_are_read(tmp_path: Path) -> None:
    gates = Gates(blessed=True, gates=[])
    gates.write(tmp_path)
    assert read({"Bless": {"blessing": str(tmp_path)}}) == Results(gates=gates)
