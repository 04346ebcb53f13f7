"""Settings of the models, with defaults that work. No TensorFlow in here."""

from typing import Final, Literal

from models.settings import (
    Count,
    FromZero,
    NonNegative,
    Positive,
    PositiveShare,
    Settings,
    Share,
    ShareBelowOne,
)


class TwoTowerConfig(Settings):
    """The two-tower model."""

    dimension: Count = 64
    """Width of the query and candidate vectors, and so of the index."""
    batch_size: Count = 64
    """Windows in a batch."""
    queries: Count = 1024
    """Positions of a batch that are asked for, drawn anew at each step; all, if there are fewer."""
    uniform_negatives: FromZero = 1024
    """Items drawn uniformly that join the in-batch candidates as negatives."""
    temperature: Positive = 0.07
    """Temperature of the softmax."""
    learning_rate: Positive = 1e-3
    """Learning rate of Adam, at the start."""
    max_epochs: Count = 30
    """Most passes over the training windows."""
    patience: FromZero = 3
    """Epochs in which recall@100 on `eval` rises by less than half a percent before training stops."""
    max_positions: Count = 20_000_000
    """Events that training reads in all: `max_epochs` is lowered to what this allows, never below one."""


class RankerConfig(Settings):
    """The transformer."""

    dimension: Count = 128
    """Width of the model."""
    blocks: Count = 3
    """Transformer blocks."""
    heads: Count = 2
    """Attention heads. A divisor of `ranker.dimension`."""
    dropout: ShareBelowOne | None = None
    """Share of activations that training drops; without a value 0.2, and 0.5 where histories are short: fewer than
    20 plays a listener."""
    logit_scale: NonNegative | None = None
    """Logits are cosines of query and item times this, or plain products where it is 0. Without a value 0, and 14
    where histories are short; beside a model in production, always as that model has it."""
    batch_size: Count | None = None
    """Windows in a batch; without a value 64, and where histories are short as many as hold some 1,500 plays."""
    softmax_items: Count = 4096
    """The loss is over all played items up to so many of them, above that over as many shared uniform
    negatives."""
    learning_rate: Positive = 4e-3
    """Learning rate of Adam, at the start."""
    max_epochs: Count = 60
    """Most passes over the training windows."""
    patience: FromZero = 4
    """Epochs in which NDCG@10 on `eval`, of the transformer and the memories together, rises by less than half a
    percent before training stops."""
    max_positions: Count = 16_000_000
    """Events that training reads in all: `max_epochs` is lowered to what this allows, never below one."""
    mask_times: Share = 0.3
    """Share of training windows whose times are hidden, so that a request without times ranks nearly as well."""
    mask_context: Share = 0.3
    """Share of training windows whose tokens of listener and context are hidden."""
    mask_outcomes: Share = 0.5
    """Share of training windows that hide how earlier plays ended: served requests don't say."""
    head_weight: NonNegative = 0.1
    """Weight of log p_complete + log(1 - p_skip), of those heads that the log supports, in `scores`."""


AUTO: Final = "auto"
EXACT: Final = "exact"
QUANTISED: Final = "quantised"


class IndexConfig(Settings):
    """The ScaNN index: what it searches is chosen by measuring, when it is built."""

    search: Literal["auto", "exact", "quantised"] = "auto"
    """Whether the `scann` build compares a query with all vectors or with quantised ones of the nearest leaves;
    `auto`: with quantised ones where exact search takes more than twice as long."""
    recall: PositiveShare = 0.98
    """Recall@200 against exact search that must be reached; of the indexes that do, the fastest is taken."""
    tuning_seconds: NonNegative = 120.0
    """Time for building and measuring further indexes than the first."""
    queries: Count = 1000
    """Queries that measure recall and time."""
