"""TFX's Trainer with the catalogue and the log's summary as further inputs."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from tfx import types
from tfx.components.trainer import component as trainer
from tfx.components.trainer import executor, fn_args_utils
from tfx.dsl.components.base import base_component
from tfx.dsl.components.base.executor_spec import ExecutorClassSpec
from tfx.proto import trainer_pb2
from tfx.types import artifact_utils, standard_artifacts, standard_component_specs
from tfx.types.component_spec import ChannelParameter, ExecutionParameter
from tfx.utils import json_utils

from components.common.artifacts import LogSummary, ProductionModels
from components.common.code_digest import code_digest
from components.common.stage import CODE_DIGEST
from components.trainer import checkpoints
from components.trainer.fit_arguments import FitArguments, FitSettings
from models import names
from models.config import RankerConfig, TwoTowerConfig

if TYPE_CHECKING:
    from tfx.orchestration.data_types import RuntimeParameter

    Number: TypeAlias = int | RuntimeParameter

Artifacts: TypeAlias = dict[str, list[types.Artifact]]

SETTINGS = "settings"
SEED = "seed"
MAX_POSITIONS = "max_positions"
URIS = ("examples", "catalog", "catalog_transform", "summary", "production", "base_model")


class TrainerSpec(standard_component_specs.TrainerSpec):
    """TFX's specification, what may differ from run to run, and four more inputs."""

    PARAMETERS: ClassVar = standard_component_specs.TrainerSpec.PARAMETERS | {
        SEED: ExecutionParameter(type=int),
        MAX_POSITIONS: ExecutionParameter(type=int),
    }
    INPUTS: ClassVar = standard_component_specs.TrainerSpec.INPUTS | {
        "catalog": ChannelParameter(type=standard_artifacts.Examples),
        "catalog_transform": ChannelParameter(type=standard_artifacts.TransformGraph),
        "summary": ChannelParameter(type=LogSummary),
        "production": ChannelParameter(type=ProductionModels),
    }


class Executor(executor.GenericExecutor):
    """Hands `FitArguments` to `run_fn` as `fn_args.custom_config`."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: dict[str, Any]) -> None:
        folder = _checkpoint(input_dict, output_dict, exec_properties)
        if folder:
            checkpoints.remove_others(folder)
        super().Do(input_dict, output_dict, exec_properties)
        if folder:
            checkpoints.remove(folder)

    def _GetFnArgs(
        self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: dict[str, Any]
    ) -> fn_args_utils.FnArgs:
        fn_args = super()._GetFnArgs(input_dict, output_dict, exec_properties)
        uris = {
            f"{key}_uri": artifact_utils.get_single_uri(input_dict[key])
            for key in URIS
            if input_dict.get(key)
        }
        folder = _checkpoint(input_dict, output_dict, exec_properties)
        fn_args.custom_config = FitArguments(
            settings=FitSettings.model_validate_json(fn_args.custom_config[SETTINGS]),
            seed=exec_properties[SEED],
            max_positions=exec_properties[MAX_POSITIONS],
            transform_graph_uri=fn_args.transform_graph_path,
            checkpoint=str(folder) if folder else None,
            **uris,
        )
        return fn_args


class Trainer(trainer.Trainer):
    """Trains one model with `run_fn`, which saves it under `fn_args.serving_model_dir`."""

    SPEC_CLASS = TrainerSpec
    EXECUTOR_SPEC = ExecutorClassSpec(Executor)

    def __init__(
        self,
        name: str,
        run_fn: str,
        config: TwoTowerConfig | RankerConfig,
        max_length: int,
        seed: "Number",
        max_positions: "Number",
        train: bool = True,
        rehearse: bool = False,
        base_model: types.BaseChannel | None = None,
        **channels: types.BaseChannel,
    ) -> None:
        """Initializes the trainer.

        Args:
            name: name of the node, under which progress is reported.
            run_fn: import path of the function, e.g. "components.trainer.ranker.run_fn".
            config: settings of the model.
            max_length: L of the windows.
            seed: seed of all that is drawn; a number, or a runtime parameter.
            max_positions: events that training reads in all; a number, or a runtime parameter.
            train: False serves the model in production unchanged, with the catalogue's new items.
            rehearse: whether a first fit does, before `test`, what the final one will do.
            base_model: makes this a final fit: it starts from this model and trains on the split `all`.
            **channels: the further inputs by name: `examples`, `transform_graph` and `schema` of the windows,
                `catalog`, `catalog_transform`, `summary`, and `production`, the models from which a first fit
                starts where there are any.
        """
        digest = code_digest(__name__, run_fn.rpartition(".")[0])
        settings = FitSettings(
            stage=name,
            train=train,
            rehearse=rehearse,
            max_length=max_length,
            # how long training may be is a parameter of its own
            model=config.model_copy(update={"max_positions": 1}).to_json(),
        )
        spec = TrainerSpec(
            run_fn=run_fn,
            seed=seed,
            max_positions=max_positions,
            base_model=base_model,
            train_args=trainer_pb2.TrainArgs(splits=[names.ALL if base_model else names.TRAIN]),
            eval_args=trainer_pb2.EvalArgs(splits=[names.EVAL]),
            custom_config=json_utils.dumps({SETTINGS: settings.to_json(), CODE_DIGEST: digest}),
            model=types.Channel(type=standard_artifacts.Model),
            model_run=types.Channel(type=standard_artifacts.ModelRun),
            **channels,
        )
        # TFX's own constructor builds TFX's own specification, so it is passed by.
        base_component.BaseComponent.__init__(self, spec=spec)
        self.with_id(name)


def _checkpoint(
    input_dict: Artifacts, output_dict: Artifacts, exec_properties: dict[str, Any]
) -> Path | None:
    model = artifact_utils.get_single_uri(output_dict[standard_component_specs.MODEL_KEY])
    inputs = {key: [artifact.uri for artifact in artifacts] for key, artifacts in input_dict.items()}
    return checkpoints.state_folder(model, exec_properties, inputs)
