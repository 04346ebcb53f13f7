"""What the trainer hands to a run function, beside what TFX's own arguments hold."""

from dataclasses import dataclass
from typing import TypeVar

from tfx.components.trainer.fn_args_utils import FnArgs

from models.config import RankerConfig, TwoTowerConfig
from models.settings import Count, Settings

ModelConfig = TypeVar("ModelConfig", TwoTowerConfig, RankerConfig)


class FitSettings(Settings):
    """The settings of one fit, as they stand in the trainer's `custom_config`."""

    stage: str
    """Name of the node."""
    train: bool
    """False serves the model in production unchanged, with the catalogue's new items."""
    rehearse: bool
    """Whether the final fit is rehearsed before `test`: the rehearsal is what is measured."""
    max_length: Count
    """L: a window has at most L + 1 events."""
    model: str
    """Settings of the model as JSON; how long training may be is a parameter beside them."""


@dataclass(frozen=True)
class FitArguments:
    """One fit: its settings, what may differ from run to run, and where its inputs lie."""

    settings: FitSettings
    seed: int
    max_positions: int
    """Events that training reads in all."""
    transform_graph_uri: str
    examples_uri: str
    catalog_uri: str
    catalog_transform_uri: str
    summary_uri: str
    production_uri: str
    base_model_uri: str | None = None
    """The model of the first fit, from which a final fit goes on over the whole log; None for a first fit."""
    checkpoint: str | None = None
    """Folder where training keeps its state until the stage has finished; None: nowhere."""

    @classmethod
    def of(cls, fn_args: FnArgs) -> "FitArguments":
        """Returns the arguments that the executor put into TFX's."""
        arguments = fn_args.custom_config
        assert isinstance(arguments, cls)
        return arguments

    def model_config(self, kind: type[ModelConfig]) -> ModelConfig:
        """Reads the settings of the model."""
        return kind.model_validate_json(self.settings.model).model_copy(
            update={"max_positions": self.max_positions}
        )
