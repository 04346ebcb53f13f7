"""The whole configuration: one tree of frozen dataclasses whose defaults work."""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from components.span_validator.config import SpansConfig
from listening_log.cleaning.policies import LogConfig
from listening_log.errors import UsageError
from models.config import GatesConfig, IndexConfig, RankerConfig, TwoTowerConfig
from tfx_pipeline.config.beam import BeamConfig
from tfx_pipeline.config.kubeflow import KubeflowConfig
from tfx_pipeline.config.loading import apply_overrides, build, read_yaml


@dataclass(frozen=True)
class KeepConfig:
    """How much of earlier runs stays in HOME."""

    artifacts: int = 3
    """Newest executions of each stage whose artifacts stay."""
    versions: int = 3
    """Newest versions of the pushed models that stay."""


@dataclass(frozen=True)
class Config:
    """Every setting of a run."""

    seed: int = 17
    final_fit: bool = True
    """Whether what is pushed is trained once more, on the whole log (figures come from the first fit)."""
    log: LogConfig = field(default_factory=LogConfig)
    spans: SpansConfig = field(default_factory=SpansConfig)
    retrieval: TwoTowerConfig = field(default_factory=TwoTowerConfig)
    ranker: RankerConfig = field(default_factory=RankerConfig)
    index: IndexConfig = field(default_factory=IndexConfig)
    gates: GatesConfig = field(default_factory=GatesConfig)
    beam: BeamConfig = field(default_factory=BeamConfig)
    keep: KeepConfig = field(default_factory=KeepConfig)
    kubeflow: KubeflowConfig = field(default_factory=KubeflowConfig)

    def as_dict(self) -> dict[str, Any]:
        """The tree as plain values."""
        return dataclasses.asdict(self)

    def to_json(self) -> str:
        """The tree as JSON, keys sorted: the same settings give the same text."""
        return json.dumps(self.as_dict(), sort_keys=True)


def load_config(path: str | Path | None = None, overrides: Sequence[str] = ()) -> Config:
    """Reads a configuration: the defaults, then the YAML file, then each `key=value`.

    Raises:
        UsageError: a file that is no YAML, an unknown key, a value of the wrong type or out of range.
    """
    config = build(Config, apply_overrides(read_yaml(path) if path else {}, overrides))
    for key, value in _numbers(config.as_dict()):
        _check_range(key, value)
    _check_together(config)
    return config


# Numbers are at least 1 unless they stand in one of these.
_SHARES: Final = frozenset(
    {
        *(
            "log.eval_share",
            "log.test_share",
            "log.complete_share",
            "log.partial_share",
            "index.search_share",
        ),
        *("ranker.dropout", "ranker.mask_times", "ranker.mask_context", "ranker.mask_outcomes"),
        *("spans.min_size", "spans.max_dropped", "spans.max_before", "spans.min_items_kept"),
        *(
            "spans.max_drift",
            "spans.max_skew",
            "spans.max_divergence",
            "spans.max_new_values",
            "spans.min_filled",
        ),
        *("gates.index_recall", "gates.stock_agreement", "gates.confidence"),
    }
)
_BELOW_ONE: Final = frozenset({"log.eval_share", "log.test_share", "ranker.dropout", "gates.confidence"})
_ABOVE_ZERO: Final = frozenset(
    {
        *("log.eval_share", "log.test_share", "log.complete_share", "gates.confidence", "index.search_share"),
        *(
            "index.leaves_per_sqrt",
            "retrieval.temperature",
            "retrieval.learning_rate",
            "ranker.learning_rate",
        ),
        *("kubeflow.resources.cpu_request", "kubeflow.resources.cpu_limit"),
        *("kubeflow.resources.memory_request", "kubeflow.resources.memory_limit"),
    }
)
_FROM_ZERO: Final = frozenset(
    {
        *("seed", "log.skip_ms", "retrieval.uniform_negatives", "retrieval.patience", "ranker.patience"),
        *("ranker.head_weight", "index.brute_force_below", "kubeflow.retries.count"),
    }
)


def _numbers(values: dict[str, Any], path: str = "") -> list[tuple[str, int | float]]:
    found: list[tuple[str, int | float]] = []
    for key, value in values.items():
        if isinstance(value, dict):
            found += _numbers(value, f"{path}{key}.")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found.append((f"{path}{key}", value))
    return found


def _check_range(key: str, value: int | float) -> None:
    if key in _SHARES and not 0 <= value <= 1:
        raise UsageError(f"{key}: expected a share from 0 to 1, got {value}")
    if key in _BELOW_ONE and value >= 1:
        raise UsageError(f"{key}: expected less than 1, got {value}")
    if key in _ABOVE_ZERO and value <= 0:
        raise UsageError(f"{key}: expected more than 0, got {value}")
    if key in _FROM_ZERO and value < 0:
        raise UsageError(f"{key}: expected 0 or more, got {value}")
    if key == "seed" and value >= 2**31:
        raise UsageError(f"{key}: expected less than 2**31, got {value}")
    if key not in _SHARES | _ABOVE_ZERO | _FROM_ZERO and value < 1:
        raise UsageError(f"{key}: expected 1 or more, got {value}")


def _check_together(config: Config) -> None:
    if config.log.eval_share + config.log.test_share >= 1:
        raise UsageError("log.eval_share: together with log.test_share it leaves nothing to train on")
    if config.log.max_length < 2:
        raise UsageError(f"log.max_length: expected 2 or more, got {config.log.max_length}")
    if config.ranker.dimension % config.ranker.heads:
        raise UsageError(
            f"ranker.heads: expected a divisor of ranker.dimension {config.ranker.dimension}, "
            f"got {config.ranker.heads}"
        )
