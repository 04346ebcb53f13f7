"""The pipeline in a notebook: TFX's InteractiveContext over the stages of `create_pipeline`, one at a time.

InteractiveContext runs whatever it is handed. What a runner does beyond that is here: stages that come first
run first, conditions hold, libraries write to a log, and an edit of a source asks for a fresh kernel.
"""

import builtins
import contextlib
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, TypeVar

from components.common import progress
from components.common.data_digest import data_digest
from components.common.record import Record
from components.common.stage_state import StageState
from listening_log.errors import UserError
from listening_log.tables.spans import Spans
from tfx_pipeline.config.beam import beam_args
from tfx_pipeline.config.tree import load_config
from tfx_pipeline.home.layout import Home
from tfx_pipeline.local.parameters import local_parameters
from tfx_pipeline.local.upstreams import with_upstreams
from tfx_pipeline.notebook.loaded_sources import check_sources
from tfx_pipeline.parameters import PIPELINE_NAME
from tfx_pipeline.terminal.console import Console
from tfx_pipeline.terminal.progress import shown_progress

if TYPE_CHECKING:
    from tfx.dsl.components.base.base_node import BaseNode
    from tfx.types import Artifact

_Record = TypeVar("_Record", bound=Record)


class Interactive:
    """The pipeline over one log, run stage by stage; `context` is TFX's own, for all else that it can do."""

    def __init__(
        self, data_dir: str | Path, home: str | Path, settings: Sequence[str] = (), *, spans: str = ""
    ) -> None:
        """Defines the pipeline; nothing runs.

        Args:
            data_dir: folder of the log's tables.
            home: where everything goes, as of `upnext run`. Not one of its own: their caches differ.
            settings: `key=value`, as after `--set`.
            spans: those of the log that are read, `1-3` or `3` (all up to it).

        Raises:
            UserError: there is no log, this is no notebook, or a source of ours has changed since it was loaded.
            UsageError: a wrong setting.
        """
        if not hasattr(builtins, "__IPYTHON__"):  # outside of it InteractiveContext does nothing
            raise UserError("this needs a notebook or IPython; in a script use `upnext run`")
        self.data_dir, self.settings, self.spans = (
            Path(data_dir).resolve(),
            tuple(settings),
            Spans.parse(spans),
        )
        self.config = load_config(overrides=self.settings)
        self.home = Home(home).resolved()
        self.home.prepare()
        self.states: dict[str, StageState] = {}
        """How each stage ended that has run, in order: done, cached or skipped."""
        log = self.home.new_log("notebook")
        # stays open: loggers that libraries make in the meantime keep writing to it
        self._log = log.open("a", buffering=1, encoding="utf-8")
        check_sources()
        with _quiet(self._log):
            from tfx.orchestration.experimental.interactive.interactive_context import InteractiveContext
            from tfx.orchestration.metadata import sqlite_metadata_connection_config

            from tfx_pipeline.pipeline import create_pipeline

            root, flags = str(self.home.artifacts), beam_args(self.config.beam)
            metadata = sqlite_metadata_connection_config(str(self.home.metadata))
            digest = data_digest(str(self.data_dir), self.spans)
            self.pipeline = create_pipeline(
                name=PIPELINE_NAME,
                root=root,
                parameters=local_parameters(self.data_dir, digest, self.home, self.config, self.spans),
                config=self.config,
                metadata=metadata,
                beam_args=flags,
            )
            self.context = InteractiveContext(PIPELINE_NAME, root, metadata, flags)
        self.components = {component.id: component for component in self.pipeline.components}
        """Every stage by its name, in the order in which they run."""
        self._upstreams = {
            stage: [node.id for node in component.upstream_nodes]
            for stage, component in self.components.items()
        }
        check_sources()

    def changed(self, *settings: str) -> "Interactive":
        """The same log and HOME with further settings. Its stages run anew only where these matter."""
        return Interactive(self.data_dir, self.home.path, self.settings + settings, spans=str(self.spans))

    def run(self, *stages: str) -> None:
        """Runs stages, and before each what it needs; without a name all there are. Each prints a line.

        A stage runs once; what an earlier notebook, or this one with other settings, has made is taken from
        TFX's cache. A stage behind a condition that does not hold is skipped.

        Raises:
            UserError: the data or a stage failed in a way that its user can mend; no such stage; another run
              holds HOME; or a source of ours has changed since it was loaded.
        """
        unknown = set(stages) - set(self.components)
        if unknown:
            raise UserError(f"no stage {min(unknown)!r}; the stages are {', '.join(self.components)}")
        check_sources()
        wanted = with_upstreams(stages or self.components, self._upstreams)
        with self.home.locked(), shown_progress(sys.stdout), _quiet(self._log), self.home.temporary():
            for stage in self.components:
                if stage in wanted and stage not in self.states:
                    self.states[stage] = self._run(stage)
        check_sources()

    def artifact(self, stage: str, output: str) -> "Artifact":
        """The TFX artifact of a stage's output.

        Raises:
            UserError: the stage has not run.
        """
        state = self.states.get(stage)
        if state is None or not state.has_outputs:
            raise UserError(f"{stage} has made nothing: {state or 'it has not run'}")
        (artifact,) = self.components[stage].outputs[output].get()
        return artifact

    def folder(self, stage: str, output: str) -> str:
        """The folder of a stage's output.

        Raises:
            UserError: the stage has not run.
        """
        return str(self.artifact(stage, output).uri)

    def read(self, stage: str, output: str, record: type[_Record]) -> _Record:
        """The record in a stage's output.

        Raises:
            UserError: the stage has not run.
        """
        return record.read(self.folder(stage, output))

    @property
    def outputs(self) -> dict[str, dict[str, str]]:
        """The folder of each output by its name, by stage, of the stages that have run."""
        return {
            stage: {output: self.folder(stage, output) for output in self.components[stage].outputs}
            for stage, state in self.states.items()
            if state.has_outputs
        }

    def _run(self, stage: str) -> StageState:
        from components.common.beam_errors import user_error_in

        component, start = self.components[stage], time.monotonic()
        if not self._allowed(component):
            progress.report(stage, state=StageState.SKIPPED, seconds=0.0)
            return StageState.SKIPPED
        progress.report(stage, state=StageState.START, seconds=0.0)
        try:
            execution = self.context.run(component, enable_cache=True).execution_id
        except Exception as error:
            progress.report(stage, state=StageState.FAILED, seconds=time.monotonic() - start)
            user_error = user_error_in(error)
            if user_error is None:
                raise
            raise user_error from None
        state = self._state(execution)
        progress.report(stage, state=state, seconds=time.monotonic() - start)
        return state

    def _state(self, execution: int) -> StageState:
        from ml_metadata.proto import metadata_store_pb2
        from tfx.orchestration.metadata import Metadata

        with Metadata(self.context.metadata_connection_config) as handle:
            (record,) = handle.store.get_executions_by_id([execution])
        was_cached = record.last_known_state == metadata_store_pb2.Execution.CACHED
        return StageState.CACHED if was_cached else StageState.DONE

    def _allowed(self, component: "BaseNode") -> bool:
        """Whether the conditions around a stage hold, over the artifacts that there are: the context has none."""
        from tfx.dsl.compiler.compiler_utils import implicit_channel_key
        from tfx.dsl.compiler.placeholder_utils import ResolutionContext, resolve_placeholder_expression
        from tfx.dsl.experimental.conditionals.conditional import get_predicates
        from tfx.orchestration.portable.data_types import ExecutionInfo
        from tfx.types.channel_utils import encode_placeholder_with_channels, get_dependent_channels

        for predicate in get_predicates(component, self.pipeline.dsl_context_registry):
            channels = get_dependent_channels(predicate)
            artifacts = {implicit_channel_key(channel): list(channel.get()) for channel in channels}
            expression = encode_placeholder_with_channels(predicate, implicit_channel_key)
            context = ResolutionContext(exec_info=ExecutionInfo(input_dict=artifacts))
            if not resolve_placeholder_expression(expression, context):
                return False
        return True


@contextlib.contextmanager
def _quiet(log: TextIO) -> Iterator[None]:
    """Sends what libraries write, in Python or in C++, to the log, and drops what they display."""
    from IPython.utils.capture import capture_output

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # what fails comes as an exception too
    console = Console()
    console.redirect(Path(log.name))  # a notebook's own sys.stdout is no file descriptor: that goes below
    try:
        displayed = capture_output(
            stdout=False, stderr=False, display=True
        )  # Beam's scripts from the network
        with displayed, contextlib.redirect_stdout(log), contextlib.redirect_stderr(log):
            yield
    finally:
        console.restore()
