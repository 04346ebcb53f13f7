"""ListeningLogExampleGen: the first stage, from a data directory to examples."""

from typing import ClassVar

from tfx import types
from tfx.dsl.components.base import base_beam_component, executor_spec
from tfx.types import standard_artifacts
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter

from components.common.artifacts import LogSummary
from components.example_gen.executor import Executor
from components.example_gen.params import (
    CATALOG,
    CODE_DIGEST,
    DATA_DIGEST,
    DATA_DIR,
    EXAMPLES,
    FINAL_FIT,
    FORGOTTEN,
    FORGOTTEN_DIGEST,
    LOG_CONFIG,
    SPANS,
    SUMMARY,
)


class ListeningLogExampleGenSpec(ComponentSpec):
    """The stage's parameters and outputs."""

    PARAMETERS: ClassVar = {
        DATA_DIR: ExecutionParameter(type=str),
        LOG_CONFIG: ExecutionParameter(type=str),
        DATA_DIGEST: ExecutionParameter(type=str),
        CODE_DIGEST: ExecutionParameter(type=str),
        FINAL_FIT: ExecutionParameter(type=int),
        SPANS: ExecutionParameter(type=str),
        FORGOTTEN: ExecutionParameter(type=str),
        FORGOTTEN_DIGEST: ExecutionParameter(type=str),
    }
    INPUTS: ClassVar[dict[str, ChannelParameter]] = {}
    OUTPUTS: ClassVar = {
        EXAMPLES: ChannelParameter(type=standard_artifacts.Examples),
        CATALOG: ChannelParameter(type=standard_artifacts.Examples),
        SUMMARY: ChannelParameter(type=LogSummary),
    }


class ListeningLogExampleGen(base_beam_component.BaseBeamComponent):
    """Reads a listening log, applies its policies, sorts each history, splits, and writes windows.

    Outputs: `examples` (windows: splits train, eval, test, and `all` for a final fit), `catalog` (an
    example an item: split `catalog`), `summary` (`summary.json`).
    """

    SPEC_CLASS = ListeningLogExampleGenSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(Executor)

    def __init__(
        self,
        data_dir: str,
        log_config: str,
        data_digest: str,
        code_digest: str,
        final_fit: bool | int = True,
        spans: str = "",
        forgotten: str = "",
        forgotten_digest: str = "",
    ) -> None:
        """Makes the stage.

        Args:
            data_dir: the directory of the log's tables.
            log_config: a `LogConfig` as JSON.
            data_digest: digest of the tables' files, so that TFX's cache sees new data at an old path.
            code_digest: digest of this stage's code, likewise.
            final_fit: whether to write the split `all`.
            spans: which spans of the log are read, as `listening_log.tables.spans` tells; "" for one without.
            forgotten: path of the file of listeners to leave out (`Forgotten`); "" for none.
            forgotten_digest: digest of that file, for the cache.
        """
        super().__init__(
            spec=ListeningLogExampleGenSpec(
                data_dir=data_dir,
                log_config=log_config,
                data_digest=data_digest,
                code_digest=code_digest,
                final_fit=int(final_fit),
                spans=spans,
                forgotten=forgotten,
                forgotten_digest=forgotten_digest,
                examples=types.Channel(type=standard_artifacts.Examples),
                catalog=types.Channel(type=standard_artifacts.Examples),
                summary=types.Channel(type=LogSummary),
            )
        )
