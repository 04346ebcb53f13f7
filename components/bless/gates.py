"""The gates between a trained model and a push: pure judgement over the stages' records."""

from collections.abc import Mapping
from typing import Final

from components.bless.config import LEAST_TARGETS, GatesConfig
from components.common.records import Evaluation, Gate, Gates, Index, ServingCheck
from listening_log.tables.files import write_bytes

BLESSED: Final = "BLESSED"  # both file names are TFX's own Evaluator's
NOT_BLESSED: Final = "NOT_BLESSED"


def judge(
    evaluation: Evaluation, indexes: Mapping[str, Index], serving: ServingCheck, config: GatesConfig
) -> list[Gate]:
    """Returns every gate; what has too few targets to compare with production has none.

    Args:
        evaluation: quality on `test`.
        indexes: those of the fits, by the name of the fit.
        serving: how a server answered.
        config: the floors.
    """
    against, figures = evaluation.against, serving.figures
    slices = evaluation.production.slices if evaluation.production else {}
    return [
        Gate.judge("ndcg@10 above popularity (low end)", against["popularity"].low, 0.0, strict=True),
        *(
            Gate.judge(f"ndcg@10 not below {baseline} (high end)", against[baseline].high, 0.0)
            for baseline in ("markov", "blend")
        ),
        *(
            Gate.judge(f"ndcg@10 not below production, {name} (high end)", compared.high, 0.0)
            for name, compared in slices.items()
            if compared.targets >= LEAST_TARGETS
        ),
        *(
            Gate.judge(f"index recall@200, {fit}", index.recall_at_200, config.index_recall)
            for fit, index in indexes.items()
        ),
        Gate.judge("server answers as the models", figures.server_agreement, 1.0),
        Gate.judge("stock build answers as scann", figures.stock_agreement, config.stock_agreement),
        Gate.judge("serving check", float(serving.ok), 1.0),
    ]


def bless(
    config: GatesConfig,
    *,
    evaluation_uri: str,
    index_uri: str,
    serving_evaluation_uri: str,
    out_uri: str,
    final_index_uri: str | None = None,
    tfma_evaluation_uri: str | None = None,
) -> bool:
    """Writes `gates.json` and TFX's BLESSED or NOT_BLESSED file; returns whether all gates passed."""
    evaluation = Evaluation.read(evaluation_uri)
    indexes = {"first fit": Index.read(index_uri)}
    if final_index_uri:
        indexes["final fit"] = Index.read(final_index_uri)
    gates = judge(evaluation, indexes, ServingCheck.read(serving_evaluation_uri), config)
    blessed = all(gate.passed for gate in gates)
    Gates(
        blessed=blessed,
        gates=gates,
        tfma=tfma_figures(tfma_evaluation_uri) if tfma_evaluation_uri else None,
    ).write(out_uri)
    write_bytes(f"{out_uri}/{BLESSED if blessed else NOT_BLESSED}", b"")
    return blessed


def tfma_figures(uri: str) -> dict[str, float]:
    """Returns TFMA's figures over the whole split, by name."""
    import tensorflow_model_analysis as tfma

    for slice_key, outputs in tfma.load_eval_result(uri).slicing_metrics:
        if not slice_key:
            return {name: float(value.get("doubleValue", "nan")) for name, value in outputs[""][""].items()}
    return {}
