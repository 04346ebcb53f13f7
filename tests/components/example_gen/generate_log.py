"""Runs example generation: in a test's own process, or in another one with `python -m`.

python -m tests.components.example_gen.generate_log DATA OUT WORKERS EVENTS_A_SHARD
"""

import sys
from pathlib import Path
from typing import Any

import models  # noqa: F401  selects Keras 2 before TensorFlow is imported


def generate_log(
    data: Path,
    out: Path,
    *,
    final_fit: bool = True,
    spans: str = "",
    forgotten: str = "",
    workers: int = 1,
    **config: Any,
) -> dict[str, Any]:
    """Writes `out/examples`, `out/catalog` and `out/summary`; returns the artifacts by name."""
    from tfx.types import standard_artifacts

    from components.common.artifacts import LogSummary
    from components.common.data_digest import data_digest
    from components.example_gen.executor import Executor
    from listening_log.config import LogConfig
    from listening_log.tables.spans import Spans
    from tfx_pipeline.config.beam import BeamConfig, beam_args

    types = {"examples": standard_artifacts.Examples, "catalog": standard_artifacts.Examples}
    outputs = {}
    for name, kind in {**types, "summary": LogSummary}.items():
        artifact = kind()
        artifact.uri = str(out / name)
        outputs[name] = [artifact]
    context = Executor.Context(
        beam_pipeline_args=beam_args(BeamConfig(workers=workers)),
        tmp_dir=str(out.parent / "tmp"),
        unique_id="1",
    )
    properties = {
        "data_dir": str(data),
        "config": LogConfig(**config).to_json(),
        "data_digest": data_digest(str(data), Spans.parse(spans)),
        "code_digest": "",
        "final_fit": int(final_fit),
        "spans": spans,
        "forgotten": forgotten,
        "forgotten_digest": "",
    }
    Executor(context).Do({}, outputs, properties)
    return {name: artifacts[0] for name, artifacts in outputs.items()}


if __name__ == "__main__":
    from components.example_gen import executor

    executor.EVENTS_A_SHARD = int(sys.argv[4])  # type: ignore[misc]
    generate_log(Path(sys.argv[1]), Path(sys.argv[2]), workers=int(sys.argv[3]))
