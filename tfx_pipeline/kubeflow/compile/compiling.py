"""Compiles the one pipeline definition for Kubeflow Pipelines: specification 2.1 and platform, in YAML.

TFX's compiler makes the specification, `amend` repairs it and adds what it has no place for, `check` reads
it as Kubeflow would before the file gets its name.
"""

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from listening_log.errors import UsageError, UserError
from listening_log.storage import atomic
from tfx_pipeline.config.beam import beam_args
from tfx_pipeline.config.tree import Config
from tfx_pipeline.kubeflow.check.checking import check
from tfx_pipeline.kubeflow.compile import amend
from tfx_pipeline.kubeflow.compile.platform import platform_document
from tfx_pipeline.kubeflow.compile.resources import set_resources
from tfx_pipeline.kubeflow.runtime_parameters import default_values, runtime_parameters
from tfx_pipeline.kubeflow.spec import Spec, container_tasks, dump_all
from tfx_pipeline.parameters import PIPELINE_NAME

COMMAND: Final = ["python", "-m", "components.exit_handler.entry_point"]
"""TFX's own entry point inside; the stage's name follows."""


def compile(out: str | Path, config: Config) -> None:  # noqa: A001 - reads as what it does
    """Writes the compiled pipeline, whole and checked or not at all.

    Args:
        out: a `.yaml` or `.yml` file.
        config: all settings; those of `kubeflow` are for this alone.

    Raises:
        UsageError: `out` is no YAML file, or a setting names an unknown stage.
        UserError: it cannot be written.
        CompileError: the compiled pipeline is not one that Kubeflow could run.
    """
    path = Path(out)
    if path.suffix not in (".yaml", ".yml"):
        raise UsageError(f"--out {out}: the compiled pipeline is YAML, name it .yaml or .yml")
    text = amend_compiled(compile_with_tfx(config), config)
    check(text)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write_text(path, text)
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror or error}") from error


def amend_compiled(spec: Spec, config: Config) -> str:
    """Changes what TFX compiled into what Kubeflow runs, and returns it with its platform document as YAML."""
    from components.exit_handler.component import ExitHandler

    kubeflow, defaults = config.kubeflow, default_values(config)
    _require_stages(config, [name for name, _, _ in container_tasks(spec)])
    amend.set_defaults(spec, defaults)
    amend.pass_parameters_in(spec)
    amend.name_producers(spec)
    amend.name_condition_inputs(spec)
    if not kubeflow.final_status:
        amend.drop_final_status(spec)
    spec["defaultPipelineRoot"] = (
        kubeflow.root
    )  # TFX puts it beside the specification, where YAML has no place
    amend.set_commands(spec, COMMAND)
    amend.set_caching(spec, {*kubeflow.uncached, ExitHandler.__name__})
    counts = {stage.stage: stage.retries for stage in kubeflow.stages if stage.retries is not None}
    amend.set_retries(spec, kubeflow.retries, counts)
    set_resources(spec, kubeflow)
    lines = "".join(f"#   {name}: {value!r}\n" for name, value in defaults.items())
    heading = (
        f"# Pipeline {PIPELINE_NAME}, for Kubeflow Pipelines.\n# Parameters and their defaults:\n{lines}"
    )
    return heading + dump_all([spec, platform_document(spec, kubeflow)])


def compile_with_tfx(config: Config) -> Spec:
    """Returns what TFX's own compiler makes of the pipeline."""
    # TFX takes long to import: not before the arguments are known to be right.
    from tfx.orchestration.kubeflow.v2.kubeflow_v2_dag_runner import (
        KubeflowV2DagRunner,
        KubeflowV2DagRunnerConfig,
    )

    from components.exit_handler.component import ExitHandler
    from tfx_pipeline.pipeline import create_pipeline

    settings = KubeflowV2DagRunnerConfig(
        default_image=config.kubeflow.image, default_commands=COMMAND, use_pipeline_spec_2_1=True
    )
    runner = KubeflowV2DagRunner(config=settings)
    runner.set_exit_handler(ExitHandler(webhook_variable=config.kubeflow.webhook_variable))
    pipeline = create_pipeline(
        name=PIPELINE_NAME,
        root=config.kubeflow.root,
        parameters=runtime_parameters(config),
        config=config,
        beam_args=beam_args(config.beam),
    )
    return runner.run(pipeline, write_out=False)["pipelineSpec"]


def _require_stages(config: Config, stages: Iterable[str]) -> None:
    names = {f"kubeflow.stages[{place}]": stage.stage for place, stage in enumerate(config.kubeflow.stages)}
    names |= {f"kubeflow.uncached[{place}]": name for place, name in enumerate(config.kubeflow.uncached)}
    known = sorted(stages)
    for place, name in names.items():
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"stages: {', '.join(known)}"
            raise UsageError(f"{place}: there is no stage {name}; {hint}")
