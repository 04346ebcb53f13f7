"""One training: what both trainers read from the Trainer's arguments, and the fit that they share."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import tensorflow as tf
from tfx.components.trainer.fn_args_utils import FnArgs

from components.common import progress
from components.common.records import Production, Training
from components.trainer import fit, trained_model
from components.trainer.inputs import Inputs
from components.trainer.sequences import plays_of, read_sequences
from components.trainer.warm_start import warm_start
from listening_log.errors import UserError
from models import names
from models.baselines import Interactions
from models.config import RankerConfig, TwoTowerConfig


@dataclass(frozen=True)
class Job:
    """A first fit on `train`, or a final fit over everything."""

    settings: dict[str, Any]
    """The Trainer's `custom_config`."""
    inputs: Inputs
    model: str
    """Which: `names.RETRIEVAL` or `names.RANKER`."""

    @classmethod
    def start(cls, fn_args: FnArgs, model: str) -> "Job":
        """Seeds everything and reads the inputs, but for the windows."""
        settings = fn_args.custom_config
        fit.make_repeatable(settings["seed"])
        inputs = Inputs.load(
            examples_uri=settings["examples_uri"],
            transform_uri=fn_args.transform_graph_path,
            catalog_uri=settings["catalog_uri"],
            catalog_transform_uri=settings["catalog_transform_uri"],
            summary_uri=settings["summary_uri"],
        )
        return cls(settings, inputs, model)

    @property
    def max_length(self) -> int:
        """Longest useful history."""
        return self.settings["max_length"]

    @property
    def split(self) -> str:
        """What is trained on; a model taken as it is has learnt from everything already, so it counts so too."""
        return names.ALL if self.settings["final"] or not self.trained else names.TRAIN

    @cached_property
    def first(self) -> Training | None:
        """How the first fit went that this one goes on from; None if this is the first."""
        return Training.read(self.first_dir) if self.settings["final"] else None

    @property
    def first_dir(self) -> str:
        """Folder of what the first fit has learnt."""
        return trained_model.parts_dir(self.settings["base_model_uri"])

    @property
    def trained(self) -> bool:
        """False where the model in production is taken as it is, and only the items are new."""
        return self.settings["train"]

    @property
    def production(self) -> str:
        """Folder of what the model in production has learnt."""
        return f"{self.settings['production_uri']}/{self.model}"

    @cached_property
    def interactions(self) -> Interactions:
        """The positive plays of the split."""
        return read_sequences(self.inputs, self.split)

    @cached_property
    def plays(self) -> np.ndarray:
        """int64 [N + 1]."""
        return plays_of(self.interactions)

    def fit(
        self,
        model: tf.keras.Model,
        config: TwoTowerConfig | RankerConfig,
        *,
        monitor: str,
        measure: Callable[[], float],
    ) -> fit.History:
        """Fits `model`, by `measure` on `eval` (higher is better) where this is the first fit."""
        warm = self.first is None and self._start_warm(model)
        if not self.trained:
            return fit.History(monitor, best=measure())
        windows = self.inputs.windows(
            self.split, batch_size=config.batch_size, shuffle_seed=self.settings["seed"]
        )
        steps = -(-self.inputs.summary.splits[self.split].windows // config.batch_size)
        if self.first is not None:
            trained_model.load_weights(self.settings["base_model_uri"], model, self.inputs)
            return fit.final_fit(
                model,
                windows,
                stage=self.settings["stage"],
                checkpoint=self.settings["checkpoint"],
                seed=self.settings["seed"],
                steps=steps,
                best_epochs=self.first.history.best_epoch,
                learning_rate=config.learning_rate,
            )
        return fit.first_fit(
            model,
            windows,
            stage=self.settings["stage"],
            checkpoint=self.settings["checkpoint"],
            seed=self.settings["seed"],
            steps=steps,
            epochs=fit.epochs_within(config.max_epochs, config.max_positions, len(self.interactions.items)),
            learning_rate=config.learning_rate * (fit.WARM_RATE if warm else 1.0),
            patience=config.patience,
            monitor=monitor,
            measure=measure,
        )

    def _start_warm(self, model: tf.keras.Model) -> bool:
        """Takes over what the model in production has learnt, where there is one of this size."""
        stage, production = self.settings["stage"], Production.read(self.settings["production_uri"])
        if production.version and warm_start(model, self.production, self.inputs.rows):
            progress.report(stage, note=f"starts from version {production.version}")
            return True
        if production and self.trained:
            progress.report(stage, note=f"starts afresh: version {production.version} has other sizes")
        if not self.trained:
            why = (
                "it has other sizes; keep the settings it was trained with" if production else "there is none"
            )
            raise UserError(
                f"stage {stage}: nothing to build on in production: {why}; run without --only index"
            )
        return False
