"""One training: what both trainers read from the Trainer's arguments, and the fit that they share."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import tensorflow as tf
from tfx.components.trainer.fn_args_utils import FnArgs

from components.common import progress
from components.common.records import Production
from components.trainer import fit, trained_model
from components.trainer.fit import FitRun
from components.trainer.fit_arguments import FitArguments
from components.trainer.history import History
from components.trainer.inputs import BATCH_WINDOWS, Inputs
from components.trainer.newcomers import leaves_newcomers_out
from components.trainer.sequences import plays_of, read_sequences
from components.trainer.training_records import Training
from components.trainer.warm_start import FIRST_WEIGHTS, warm_start
from listening_log.errors import UserError
from models import names
from models.config import RankerConfig, TwoTowerConfig
from models.memory.factors import item_factors
from models.memory.interactions import Interactions
from models.served import ServedModel, save


@dataclass(frozen=True)
class Job:
    """A first fit on `train`, or a final fit over everything."""

    arguments: FitArguments
    inputs: Inputs
    model: str
    """Which one: `names.RETRIEVAL` or `names.RANKER`."""
    serving_model_dir: str
    """Folder of the SavedModel."""

    @classmethod
    def start(cls, fn_args: FnArgs, model: str) -> "Job":
        """Seeds everything and reads the inputs, except for the windows."""
        arguments = FitArguments.of(fn_args)
        fit.make_repeatable(arguments.seed)
        inputs = Inputs.load(
            examples_uri=arguments.examples_uri,
            transform_graph_uri=arguments.transform_graph_uri,
            catalog_uri=arguments.catalog_uri,
            catalog_transform_uri=arguments.catalog_transform_uri,
            summary_uri=arguments.summary_uri,
        )
        return cls(arguments, inputs, model, fn_args.serving_model_dir)

    @property
    def stage(self) -> str:
        """Name of the stage."""
        return self.arguments.settings.stage

    @property
    def max_length(self) -> int:
        """Longest useful history."""
        return self.arguments.settings.max_length

    @cached_property
    def split(self) -> str:
        """The split to train on; the model in production has learnt from everything already."""
        if self.first_dir or not self.trained:
            return names.ALL
        # the model in production has learnt from newcomers too; without a final fit nothing else would
        begins = self.arguments.settings.rehearse and not self.in_production
        return names.LEARNT if begins and leaves_newcomers_out(self.inputs.summary) else names.TRAIN

    @property
    def last_split(self) -> str:
        """The split that the model has learnt from in the end."""
        return names.KNOWN if self.arguments.settings.rehearse else self.split

    @property
    def first_dir(self) -> str:
        """Folder of what the first fit has learnt, from which this one goes on; "" if this is a first fit."""
        base_model = self.arguments.base_model_uri
        return "" if base_model is None else trained_model.parts_dir(base_model)

    @property
    def trained(self) -> bool:
        """False where the model in production stays, and only the items are new."""
        return self.arguments.settings.train

    @property
    def in_production(self) -> int:
        """Version of the model in production; 0 where there is none."""
        return Production.read(self.arguments.production_uri).version

    @property
    def production_dir(self) -> str:
        """Folder of what the model in production has learnt."""
        return f"{self.arguments.production_uri}/{self.model}"

    @cached_property
    def interactions(self) -> Interactions:
        """The positive plays of `split`."""
        return read_sequences(self.inputs, self.split)

    @property
    def plays(self) -> np.ndarray:
        """Positive plays of each item in `split`, int64 [N + 1]."""
        return plays_of(self.interactions)

    @cached_property
    def last_interactions(self) -> Interactions:
        """The positive plays of `last_split`."""
        return (
            self.interactions
            if self.last_split == self.split
            else read_sequences(self.inputs, self.last_split)
        )

    def fit(
        self,
        model: tf.keras.Model,
        config: TwoTowerConfig | RankerConfig,
        *,
        monitor: str,
        measure: Callable[[], float],
    ) -> History:
        """Fits a model; a first fit that nothing warms begins with the items' factors.

        Args:
            model: the model, with its variables.
            config: its settings.
            monitor: name of the figure that a first fit watches.
            measure: computes that figure on `eval`; higher is better.
        """
        arguments = self.arguments
        warm = not self.first_dir and self._start_warm(model)
        if not self.trained:
            return History(monitor, best=measure())
        if not self.first_dir and not warm:
            model.items.begin_with(item_factors(self.interactions, config.dimension, arguments.seed))
        run = self._run(self.split, config, arguments.checkpoint)
        if arguments.base_model_uri is not None:
            first = Training.read(self.first_dir)
            if not first.anew:
                trained_model.load_weights(arguments.base_model_uri, model, self.inputs, FIRST_WEIGHTS)
            return self._learn_the_rest(model, run, config, first.history.best_epoch, first.anew)
        history = fit.first_fit(
            model,
            run,
            epochs=fit.epochs_within(config.max_epochs, config.max_positions, len(self.interactions.items)),
            learning_rate=config.learning_rate * (fit.WARM_RATE if warm else 1.0),
            patience=config.patience,
            monitor=monitor,
            measure=measure,
        )
        history.warm = warm
        return history

    def anew(self, history: History) -> bool:
        """Whether the final fit, and its rehearsal, begin anew: where that costs little and nothing warmed the first.

        Args:
            history: of this fit.
        """
        if self.first_dir:
            return Training.read(self.first_dir).anew
        positions = history.best_epoch * len(self.last_interactions.items)
        return not history.warm and positions <= fit.ANEW_POSITIONS

    def rehearse(
        self,
        model: tf.keras.Model,
        build: Callable[[np.ndarray], tf.keras.Model],
        config: TwoTowerConfig | RankerConfig,
        history: History,
    ) -> tf.keras.Model:
        """Does what the final fit will do, with all that is known before `test`: what is measured is then its recipe.

        Args:
            model: the first fit.
            build: builds a model of the same sizes from the plays of each item int64 [N + 1].
            config: its settings.
            history: of the first fit.

        Returns:
            The model that is measured; `model` itself where nothing is rehearsed.
        """
        if not self.arguments.settings.rehearse:
            return model
        rehearsal, anew = build(plays_of(self.last_interactions)), self.anew(history)
        if not anew:
            rehearsal.set_weights(model.get_weights())
        checkpoint = self.arguments.checkpoint
        run = self._run(self.last_split, config, checkpoint and f"{checkpoint}/rehearsal")
        self._learn_the_rest(rehearsal, run, config, history.best_epoch, anew)
        return rehearsal

    def finish(
        self,
        model: tf.keras.Model,
        first: tf.keras.Model,
        served: ServedModel,
        training: Training,
        **signatures: tf.types.experimental.GenericFunction,
    ) -> str:
        """Writes the SavedModel and, beside it, what later stages build on.

        Args:
            model: as it was fitted.
            first: as the first fit left it, from which the final fit goes on.
            served: the model as it answers requests.
            training: how it was trained.
            **signatures: further signatures of the SavedModel, by name.

        Returns:
            The folder of what later stages build on.
        """
        save(served, self.serving_model_dir, **signatures)
        plays = plays_of(self.last_interactions)
        folder = trained_model.save_parts(self.serving_model_dir, model, plays, self.inputs.rows, training)
        if not self.first_dir:
            trained_model.save_first_weights(folder, first)
        return folder

    def _learn_the_rest(
        self,
        model: tf.keras.Model,
        run: FitRun,
        config: TwoTowerConfig | RankerConfig,
        best_epochs: int,
        anew: bool,
    ) -> History:
        """Fits over the last split, as the final fit does and its rehearsal."""
        if not anew:
            return fit.final_fit(model, run, best_epochs=best_epochs, learning_rate=config.learning_rate)
        factors = item_factors(self.last_interactions, config.dimension, self.arguments.seed)
        model.items.begin_with(factors)
        return fit.fit_anew(model, run, best_epochs=best_epochs, learning_rate=config.learning_rate)

    def _run(self, split: str, config: TwoTowerConfig | RankerConfig, checkpoint: str | None) -> FitRun:
        """Returns what a fit on a split reads."""
        batch_size = config.batch_size or BATCH_WINDOWS
        return FitRun(
            self.inputs.windows(split, batch_size=batch_size, shuffle_seed=self.arguments.seed),
            steps=self.inputs.steps(split, batch_size),
            stage=self.stage,
            seed=self.arguments.seed,
            checkpoint=checkpoint,
        )

    def _start_warm(self, model: tf.keras.Model) -> bool:
        """Takes over what the model in production has learnt, where there is one of this size.

        Raises:
            UserError: the model in production is to be served unchanged, and there is none that fits.
        """
        version = self.in_production
        if version and warm_start(model, self.production_dir, self.inputs.rows):
            progress.report(self.stage, note=f"starts from version {version}")
            return True
        if not self.trained:
            why = "it has other sizes; keep the settings it was trained with" if version else "there is none"
            raise UserError(
                f"stage {self.stage}: nothing to build on in production: {why}; run without --only index"
            )
        if version:
            progress.report(self.stage, note=f"starts afresh: version {version} has other sizes")
        return False
