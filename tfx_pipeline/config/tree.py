"""The whole configuration: one tree of frozen settings whose defaults work."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from components.bless.config import GatesConfig
from components.span_validator.config import SpansConfig
from listening_log.config import LogConfig
from models.config import IndexConfig, RankerConfig, TwoTowerConfig
from models.settings import Count, Settings
from tfx_pipeline.config.beam import BeamConfig
from tfx_pipeline.config.kubeflow import KubeflowConfig
from tfx_pipeline.config.loading import apply_overrides, build, read_yaml


class KeepConfig(Settings):
    """What stays in HOME."""

    artifacts: Count = 3
    """Newest executions of each stage whose artifacts stay."""
    versions: Count = 3
    """Newest versions of the pushed models that stay."""


class Config(Settings):
    """The run."""

    seed: Annotated[int, Field(ge=0, lt=2**31)] = 17
    """Seed of everything that is drawn: two runs with one seed train on the same examples in the same order."""
    final_fit: bool = True
    """Whether what is pushed is trained once more, on the whole log: anew on a small one, else going on from
    the first fit. Figures come from a rehearsal of it, which has not seen `test`."""
    log: LogConfig = LogConfig()
    spans: SpansConfig = SpansConfig()
    retrieval: TwoTowerConfig = TwoTowerConfig()
    ranker: RankerConfig = RankerConfig()
    index: IndexConfig = IndexConfig()
    gates: GatesConfig = GatesConfig()
    beam: BeamConfig = BeamConfig()
    keep: KeepConfig = KeepConfig()
    kubeflow: KubeflowConfig = KubeflowConfig()

    @model_validator(mode="after")
    def _check(self) -> "Config":
        if self.log.eval_share + self.log.test_share >= 1:
            raise ValueError("log.eval_share: together with log.test_share it leaves nothing to train on")
        if self.ranker.dimension % self.ranker.heads:
            raise ValueError(
                f"ranker.heads: expected a divisor of ranker.dimension {self.ranker.dimension}, "
                f"got {self.ranker.heads}"
            )
        return self


def load_config(path: str | Path | None = None, overrides: Sequence[str] = ()) -> Config:
    """Reads a configuration: the defaults, then the YAML file, then each `key=value`.

    Raises:
        UsageError: a file that is no YAML, an unknown key, a value of the wrong type or out of range.
    """
    return build(Config, apply_overrides(read_yaml(path) if path else {}, overrides))
