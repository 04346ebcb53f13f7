"""Settings of the models: frozen dataclasses with defaults that work. No TensorFlow in here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TwoTowerConfig:
    """Two-tower retrieval."""

    dimension: int = 64
    """Width of the query and candidate vectors."""
    batch_size: int = 64
    """Windows in a batch."""
    queries: int = 1024
    """Positions of a batch that are asked for, drawn anew at each step (all, if there are fewer)."""
    uniform_negatives: int = 1024
    """Items drawn uniformly, added to the in-batch candidates (mixed negative sampling)."""
    temperature: float = 0.07
    learning_rate: float = 3e-3
    max_epochs: int = 30
    patience: int = 3
    """Epochs without a better recall on `eval` before training stops."""
    max_positions: int = 20_000_000
    """Events that training reads in all: the budget in a unit that no clock changes."""


@dataclass(frozen=True)
class RankerConfig:
    """The transformer ranker."""

    dimension: int = 64
    blocks: int = 2
    heads: int = 2
    dropout: float = 0.2
    batch_size: int = 64
    """Windows in a batch."""
    softmax_items: int = 1024
    """The loss is over the whole catalogue up to this size, above it over as many shared uniform negatives."""
    learning_rate: float = 2e-3
    max_epochs: int = 60
    patience: int = 4
    max_positions: int = 40_000_000
    """Events that training reads in all: the budget in a unit that no clock changes."""
    mask_times: float = 0.3
    """Share of training windows whose times are hidden, so that a request without times ranks nearly as well."""
    mask_context: float = 0.3
    mask_outcomes: float = 0.5
    """Likewise for outcomes: served requests carry none."""
    head_weight: float = 0.1
    """Weight of the play-through and skip heads in `scores`."""


@dataclass(frozen=True)
class IndexConfig:
    """The ScaNN index over the candidate vectors."""

    brute_force_below: int = 2000
    """A smaller catalogue uses ScaNN's exact searcher."""
    leaves_per_sqrt: float = 1.0
    """Leaves of the partition tree, as a multiple of the catalogue's square root."""
    search_share: float = 0.4
    """Share of the leaves that a query searches, at least."""
    search_items: int = 20_000
    """Items that a query searches, at least: of a smaller catalogue, every leaf."""
    reorder: int = 2000
    """Candidates rescored exactly."""
    queries: int = 1000
    """Queries that measure recall against exact search."""


@dataclass(frozen=True)
class GatesConfig:
    """Floors that a model must clear to be blessed."""

    index_recall: float = 0.95
    """recall@200 of the index against exact search."""
    stock_agreement: float = 0.95
    """Share of made histories whose top 10 are the same from both builds."""
    confidence: float = 0.95
    max_targets: int = 20_000
    """Targets of `test` that the evaluation looks at, whole batches of windows at a time."""
