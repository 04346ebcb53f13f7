"""Settings of the models, with defaults that work. No TensorFlow in here."""

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
    learning_rate: Positive = 3e-3
    """Learning rate of Adam, at the start."""
    max_epochs: Count = 30
    """Most passes over the training windows."""
    patience: FromZero = 3
    """Epochs without a better recall@100 on `eval` before training stops."""
    max_positions: Count = 20_000_000
    """Events that training reads in all: `max_epochs` is lowered to what this allows, never below one."""


class RankerConfig(Settings):
    """The transformer."""

    dimension: Count = 64
    """Width of the model."""
    blocks: Count = 2
    """Transformer blocks."""
    heads: Count = 2
    """Attention heads. A divisor of `ranker.dimension`."""
    dropout: ShareBelowOne | None = None
    """Share of activations that training drops; without a value 0.2, and 0.5 where listeners have fewer than
    20 plays on average."""
    batch_size: Count = 64
    """Windows in a batch."""
    softmax_items: Count = 1024
    """The loss is over all played items up to so many of them, above that over as many shared uniform
    negatives."""
    learning_rate: Positive = 2e-3
    """Learning rate of Adam, at the start."""
    max_epochs: Count = 60
    """Most passes over the training windows."""
    patience: FromZero = 4
    """Epochs without a better NDCG@10 on `eval` before training stops."""
    max_positions: Count = 40_000_000
    """Events that training reads in all: `max_epochs` is lowered to what this allows, never below one."""
    mask_times: Share = 0.3
    """Share of training windows whose times are hidden, so that a request without times ranks nearly as well."""
    mask_context: Share = 0.3
    """Share of training windows whose tokens of listener and context are hidden."""
    mask_outcomes: Share = 0.5
    """Share of training windows that hide how earlier plays ended: served requests don't say."""
    head_weight: NonNegative = 0.1
    """Weight of log p_complete + log(1 - p_skip), of those heads that the log supports, in `scores`."""


class IndexConfig(Settings):
    """The ScaNN index."""

    brute_force_below: FromZero = 2000
    """A catalogue of fewer items uses ScaNN's exact searcher."""
    leaves_per_sqrt: Positive = 1.0
    """Leaves of the partition tree, as a multiple of the square root of the number of items."""
    search_share: PositiveShare = 0.4
    """Share of the leaves that a query searches, at least."""
    search_items: Count = 20_000
    """Items that a query searches, at least: of a smaller catalogue, every leaf."""
    reorder: Count = 2000
    """Candidates rescored exactly."""
    queries: Count = 1000
    """Queries that measure recall against exact search."""
