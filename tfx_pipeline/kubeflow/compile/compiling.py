"""Compiles the one pipeline definition for Kubeflow Pipelines: specification 2.1 and platform, in YAML.

TFX's compiler makes the specification, `amend` repairs it and adds what it has no place for, `check` reads
it as Kubeflow would before the file gets its name.
"""

import contextlib
import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from listening_log.errors import UsageError, UserError
from tfx_pipeline.config.beam import beam_args
from tfx_pipeline.config.tree import Config
from tfx_pipeline.kubeflow.check.checking import check
from tfx_pipeline.kubeflow.compile import amend
from tfx_pipeline.kubeflow.compile.platform import platform_document
from tfx_pipeline.kubeflow.compile.resources import set_resources
from tfx_pipeline.kubeflow.runtime_parameters import Value, defaults, runtime_parameters
from tfx_pipeline.kubeflow.spec import Spec, container_tasks, dump_all
from tfx_pipeline.parameters import PIPELINE_NAME

if TYPE_CHECKING:
    from tfx.orchestration.pipeline import Pipeline

COMMAND: Final = ["python", "-m", "components.exit_handler.entry_point"]
"""TFX's own entry point inside; the stage's name follows."""


def compile(out: str | Path, config: Config) -> None:  # noqa: A001 - reads as what it does
    """Writes the compiled pipeline, whole and checked or not at all.

    Args:
        out: a `.yaml` or `.yml` file.
        config: all settings; those of `kubeflow` are for this alone.

    Raises:
        UsageError: `out` is no YAML file, or a setting names a stage that there is not.
        UserError: it cannot be written.
        CompileError: the compiled pipeline is not one that Kubeflow could run.
    """
    path = Path(out)
    if path.suffix not in (".yaml", ".yml"):
        raise UsageError(f"--out {out}: the compiled pipeline is YAML, name it .yaml or .yml")
    text = compiled(config)
    staged = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        staged.write_text(text, encoding="utf-8")
        staged.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            staged.unlink(missing_ok=True)
        raise UserError(f"cannot write {path}: {error.strerror or error}") from error


def compiled(config: Config) -> str:
    """Returns the text of the compiled pipeline, checked: two YAML documents."""
    text = amended(tfx_compiled(config), config)
    check(text)
    return text


def amended(spec: Spec, config: Config) -> str:
    """Changes what TFX compiled into what Kubeflow runs, and returns it with its platform document."""
    stages = [name for name, _, _ in container_tasks(spec)]
    _require_stages(config, stages)
    given, kubeflow = defaults(config), config.kubeflow
    amend.set_defaults(spec, given)
    amend.pass_parameters_in(spec)
    amend.name_producers(spec)
    amend.name_condition_inputs(spec)
    if not kubeflow.final_status:
        amend.drop_final_status(spec)
    amend.set_root(spec, kubeflow.root)
    amend.set_commands(spec, COMMAND)
    amend.set_caching(spec, {*kubeflow.uncached, _exit_handler_name()})
    counts = {stage.stage: stage.retries for stage in kubeflow.stages if stage.retries is not None}
    amend.set_retries(spec, kubeflow.retries, counts)
    set_resources(spec, kubeflow)
    return _as_yaml(spec, platform_document(spec, kubeflow), given)


def tfx_compiled(config: Config) -> Spec:
    """What TFX's own compiler makes of the pipeline."""
    # TFX takes long to import: not before the arguments are known to be right.
    from tfx.orchestration.kubeflow.v2.kubeflow_v2_dag_runner import (
        KubeflowV2DagRunner,
        KubeflowV2DagRunnerConfig,
    )

    from components.exit_handler.component import ExitHandler

    settings = KubeflowV2DagRunnerConfig(
        default_image=config.kubeflow.image, default_commands=COMMAND, use_pipeline_spec_2_1=True
    )
    runner = KubeflowV2DagRunner(config=settings)
    runner.set_exit_handler(ExitHandler(webhook_variable=config.kubeflow.webhook_variable))
    job = runner.run(_pipeline(config), write_out=False)
    spec: Spec = job["pipelineSpec"]
    return spec


def _pipeline(config: Config) -> "Pipeline":
    from tfx_pipeline.pipeline import create_pipeline

    return create_pipeline(
        name=PIPELINE_NAME,
        root=config.kubeflow.root,
        parameters=runtime_parameters(config),
        config=config,
        beam_args=beam_args(config.beam),
    )


def _exit_handler_name() -> str:
    from components.exit_handler.component import ExitHandler

    return ExitHandler.__name__


def _require_stages(config: Config, stages: Iterable[str]) -> None:
    named = {f"kubeflow.stages[{place}]": given.stage for place, given in enumerate(config.kubeflow.stages)}
    named |= {f"kubeflow.uncached[{place}]": name for place, name in enumerate(config.kubeflow.uncached)}
    known = sorted(stages)
    for place, name in named.items():
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"stages: {', '.join(known)}"
            raise UsageError(f"{place}: there is no stage {name}; {hint}")


def _as_yaml(spec: Spec, platform: Spec, parameters: dict[str, Value]) -> str:
    told = "".join(f"#   {name}: {value!r}\n" for name, value in parameters.items())
    heading = f"# Pipeline {PIPELINE_NAME}, for Kubeflow Pipelines.\n# Parameters and their defaults:\n{told}"
    return heading + dump_all([spec, platform])
