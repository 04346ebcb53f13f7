"""Settings of the gates, and of the evaluation that they judge. No TensorFlow, no TFX."""

from typing import Final

from models.settings import Count, OpenShare, Settings, Share

LEAST_TARGETS: Final = 20
"""A comparison with production on fewer targets says nothing: one target more or less would turn it."""


class EvaluationConfig(Settings):
    """How much of `test` is looked at, and how sure a comparison must be."""

    confidence: OpenShare = 0.95
    """Confidence of the intervals (paired bootstrap by listener) by which NDCG@10 must be above popularity and
    not below Markov and the blend of counts."""
    max_targets: Count = 20_000
    """Targets of `test` that the evaluation looks at, whole batches of windows at a time."""


class GatesConfig(EvaluationConfig):
    """What a model must clear to be pushed."""

    index_recall: Share = 0.95
    """Floor of the index's recall@200 against exact search, in both fits."""
    stock_agreement: Share = 0.9
    """Floor of the share of the ten first items that both builds answer alike, over made histories."""
