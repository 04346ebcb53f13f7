"""One training: what both trainers read from the Trainer's arguments, and the fit that they share."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import tensorflow as tf
from tfx.components.trainer.fn_args_utils import FnArgs

from components.common import progress
from components.common.records import Production, Training
from components.trainer import fit, trained_model
from components.trainer.fit_arguments import FitArguments
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

    arguments: FitArguments
    inputs: Inputs
    model: str
    """Which: `names.RETRIEVAL` or `names.RANKER`."""

    @classmethod
    def start(cls, fn_args: FnArgs, model: str) -> "Job":
        """Seeds everything and reads the inputs, but for the windows."""
        arguments = FitArguments.of(fn_args)
        fit.make_repeatable(arguments.seed)
        inputs = Inputs.load(
            examples_uri=arguments.examples_uri,
            transform_uri=arguments.transform_graph_uri,
            catalog_uri=arguments.catalog_uri,
            catalog_transform_uri=arguments.catalog_transform_uri,
            summary_uri=arguments.summary_uri,
        )
        return cls(arguments, inputs, model)

    @property
    def max_length(self) -> int:
        """Longest useful history."""
        return self.arguments.settings.max_length

    @property
    def split(self) -> str:
        """What is trained on; a model taken as it is has learnt from everything already, so it counts so too."""
        return names.ALL if self.arguments.settings.final or not self.trained else names.TRAIN

    @cached_property
    def first(self) -> Training | None:
        """How the first fit went that this one goes on from; None if this is the first."""
        return Training.read(self.first_dir) if self.first_dir else None

    @property
    def first_dir(self) -> str:
        """Folder of what the first fit has learnt; "" for a first fit."""
        base_model = self.arguments.base_model_uri
        return "" if base_model is None else trained_model.parts_dir(base_model)

    @property
    def trained(self) -> bool:
        """False where the model in production is taken as it is, and only the items are new."""
        return self.arguments.settings.train

    @property
    def production(self) -> str:
        """Folder of what the model in production has learnt."""
        return f"{self.arguments.production_uri}/{self.model}"

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
            self.split, batch_size=config.batch_size, shuffle_seed=self.arguments.seed
        )
        steps = -(-self.inputs.summary.splits[self.split].windows // config.batch_size)
        if self.first is not None and self.arguments.base_model_uri is not None:
            trained_model.load_weights(self.arguments.base_model_uri, model, self.inputs)
            return fit.final_fit(
                model,
                windows,
                stage=self.arguments.settings.stage,
                checkpoint=self.arguments.checkpoint,
                seed=self.arguments.seed,
                steps=steps,
                best_epochs=self.first.history.best_epoch,
                learning_rate=config.learning_rate,
            )
        return fit.first_fit(
            model,
            windows,
            stage=self.arguments.settings.stage,
            checkpoint=self.arguments.checkpoint,
            seed=self.arguments.seed,
            steps=steps,
            epochs=fit.epochs_within(config.max_epochs, config.max_positions, len(self.interactions.items)),
            learning_rate=config.learning_rate * (fit.WARM_RATE if warm else 1.0),
            patience=config.patience,
            monitor=monitor,
            measure=measure,
        )

    def _start_warm(self, model: tf.keras.Model) -> bool:
        """Takes over what the model in production has learnt, where there is one of this size."""
        stage = self.arguments.settings.stage
        production = Production.read(self.arguments.production_uri)
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
