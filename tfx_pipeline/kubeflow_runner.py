"""Compiles the same pipeline for Kubeflow Pipelines, as pipeline specification 2.1 in YAML."""

from pathlib import Path
from typing import Final

from models.errors import UsageError, UserError
from tfx_pipeline.config import Config

PIPELINE_NAME: Final = "upnext"
IMAGE: Final = "upnext:latest"
ROOT: Final = "gs://upnext/artifacts"
DATA_DIR: Final = "/mnt/upnext/data"
SERVING_DIR: Final = "/mnt/upnext/serving"
UNREAD: Final = "unread"
"""Stands for the digest of data that the compiling machine does not see."""


def compile(  # noqa: A001 - `kubeflow_runner.compile` reads as what it does
    out: str | Path,
    config: Config,
    *,
    image: str = IMAGE,
    root: str = ROOT,
    data_dir: str = DATA_DIR,
    serving_dir: str = SERVING_DIR,
) -> None:
    """Writes the compiled pipeline.

    Args:
      out: a `.yaml` or `.yml` file.
      config: all settings.
      image: container image of every stage.
      root: folder of the artifacts that all containers reach, `gs://…` or a mounted volume.
      data_dir: folder of the log's tables, as containers see it.
      serving_dir: where blessed models are pushed: a mounted volume, as renames must be atomic.

    Raises:
      UsageError: `out` is no YAML file.
      UserError: it cannot be written.
    """
    path = Path(out)
    if path.suffix not in (".yaml", ".yml"):
        raise UsageError(f"--out {out}: the compiled pipeline is YAML, name it .yaml or .yml")
    # TFX takes long to import: not before the arguments are known to be right.
    from tfx.orchestration.kubeflow.v2.kubeflow_v2_dag_runner import (
        KubeflowV2DagRunner,
        KubeflowV2DagRunnerConfig,
    )

    from tfx_pipeline.parameters import Parameters
    from tfx_pipeline.pipeline import create_pipeline

    pipeline = create_pipeline(
        name=PIPELINE_NAME,
        root=root,
        parameters=Parameters(
            data_dir,
            UNREAD,
            serving_dir,
            config.seed,
            config.retrieval.max_positions,
            config.ranker.max_positions,
        ),
        config=config,
    )
    settings = KubeflowV2DagRunnerConfig(
        default_image=image,
        default_commands=["python", "-m", "tfx.orchestration.kubeflow.v2.container.kubeflow_v2_run_executor"],
        use_pipeline_spec_2_1=True,
    )
    staged = path.with_name(f".{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        runner = KubeflowV2DagRunner(
            config=settings, output_dir=str(path.parent), output_filename=staged.name
        )
        runner.run(pipeline)
        staged.replace(path)
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror or error}") from error
