"""What TFMA measures of the ranker, over the raw `test` split.

The ranker's SavedModel answers for a window's last target in its signature `evaluate`. Its input is `examples`
string [B] (serialised window examples), its outputs have the names below, each float [B, 1].
"""

import json
from typing import TYPE_CHECKING, Final

from models import names

if TYPE_CHECKING:
    import tensorflow_model_analysis as tfma

SIGNATURE: Final = "evaluate"
HIT: Final = "hit_at_10"  # 1 where the target is among the ten best of the whole catalogue
RECIPROCAL_RANK: Final = "reciprocal_rank"
HAS_TARGET: Final = "has_target"  # 1 where the window has a target at all
LABEL_COMPLETE: Final = "label_complete"  # 1 where the target was completed
LABEL_SKIP: Final = "label_skip"
KNOWN: Final = "known"  # 1 where the window has a target and the log says how it ended
RANKING_OUTPUTS: Final = (HIT, RECIPROCAL_RANK, HAS_TARGET)
HEAD_OUTPUTS: Final = (names.P_COMPLETE, names.P_SKIP, LABEL_COMPLETE, LABEL_SKIP, KNOWN)


def eval_config() -> "tfma.EvalConfig":
    """Returns TFMA's configuration: the metrics over the whole split and by length of the history.

    Where the log supports no heads the signature leaves their outputs out: their metrics are NaN then.
    """
    import tensorflow_model_analysis as tfma

    module = "components.tfma_evaluator.metrics"

    def metric(class_name: str, **config: str) -> tfma.MetricConfig:
        return tfma.MetricConfig(class_name=class_name, module=module, config=json.dumps(config))

    metrics = [
        tfma.MetricConfig(class_name="ExampleCount"),
        metric("MeanOutput", name="hr@10", output=HIT, weight=HAS_TARGET),
        metric("MeanOutput", name="mrr", output=RECIPROCAL_RANK, weight=HAS_TARGET),
    ]
    for head, output, label in (
        ("complete", names.P_COMPLETE, LABEL_COMPLETE),
        ("skip", names.P_SKIP, LABEL_SKIP),
    ):
        metrics += [
            metric("HeadAuc", name=f"auc_{head}", output=output, label=label, weight=KNOWN),
            metric("HeadLogLoss", name=f"log_loss_{head}", output=output, label=label, weight=KNOWN),
        ]
    return tfma.EvalConfig(
        model_specs=[tfma.ModelSpec(signature_name=SIGNATURE, model_type="tf_generic")],
        metrics_specs=[tfma.MetricsSpec(metrics=metrics)],
        slicing_specs=[tfma.SlicingSpec()],
        options=tfma.Options(include_default_metrics={"value": False}),
    )
