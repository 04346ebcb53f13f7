"""Example generation alone, as a run does it with one Beam worker.

python -m benchmarks.generate DATA OUT
"""

import sys
from pathlib import Path

import models  # noqa: F401  selects Keras 2 before TensorFlow is imported


def generate(data: Path, out: Path) -> None:
    """Writes the examples of the log `data` to `out`."""
    from tfx.types import standard_artifacts

    from components.common.artifacts import LogSummary
    from components.example_gen.executor import Executor
    from listening_log.config import LogConfig
    from tfx_pipeline.config.beam import BeamConfig, beam_args

    outputs = {}
    for name, kind in (
        ("examples", standard_artifacts.Examples),
        ("catalog", standard_artifacts.Examples),
        ("summary", LogSummary),
    ):
        artifact = kind()
        artifact.uri = str(out / name)
        outputs[name] = [artifact]
    context = Executor.Context(
        beam_pipeline_args=beam_args(BeamConfig()), tmp_dir=str(out / "tmp"), unique_id="1"
    )
    properties = {
        "data_dir": str(data),
        "config": LogConfig().to_json(),
        "data_digest": "",
        "final_fit": 1,
    }
    Executor(context).Do({}, outputs, properties)


if __name__ == "__main__":
    generate(Path(sys.argv[1]), Path(sys.argv[2]))
