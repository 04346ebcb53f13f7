"""ListeningLogExampleGen: the first stage, from a data directory to examples."""

from typing import ClassVar

from tfx.dsl.components.base.executor_spec import BeamExecutorSpec
from tfx.types import standard_artifacts
from tfx.types.component_spec import ChannelParameter, ExecutionParameter

from components.common.artifacts import LogSummary
from components.common.stage import BeamStage, StageSpec
from components.example_gen.executor import Executor


class ListeningLogExampleGenSpec(StageSpec):
    PARAMETERS: ClassVar = StageSpec.PARAMETERS | {
        "data_dir": ExecutionParameter(type=str),
        "spans": ExecutionParameter(type=str),
        "data_digest": ExecutionParameter(type=str),  # so that TFX's cache sees new data at an old path
        "final_fit": ExecutionParameter(type=int),
        "forgotten": ExecutionParameter(type=str),
        "forgotten_digest": ExecutionParameter(type=str),
    }
    OUTPUTS: ClassVar = {
        "examples": ChannelParameter(type=standard_artifacts.Examples),
        "catalog": ChannelParameter(type=standard_artifacts.Examples),
        "summary": ChannelParameter(type=LogSummary),
    }


class ListeningLogExampleGen(BeamStage):
    """Reads a listening log, applies its policies, sorts each history, splits, and writes windows.

    Settings: `LogConfig`. Parameters: `data_dir`, the folder of the log's tables; `spans`, those that are read (""
    for a log without); `final_fit`, whether the split `all` is written; `forgotten`, the file of the listeners who
    are left out ("" for none); and digests of the tables and of that file, for TFX's cache.

    Outputs: `examples` (windows: splits train, eval, test, and `all` for a final fit), `catalog` (an example an item:
    split `catalog`), `summary` (`summary.json`).
    """

    SPEC_CLASS = ListeningLogExampleGenSpec
    EXECUTOR_SPEC = BeamExecutorSpec(Executor)
