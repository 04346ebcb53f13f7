"""Where TFX puts what an execution of a stage makes: `<stage>/<output>/<execution>/` below the pipeline's root.

Folders of a stage that begin with a dot are no outputs. TFX's own outputs lie below `.system` in the same way.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

MANIFESTS: Final = ".manifests"
"""In a stage's folder: a note of each execution's files (`tfx_pipeline.home.output_manifests`)."""
_SYSTEM: Final = ".system"
_WORKPLACES: Final = (".temp", "stateful_working_dir")


def folders(folder: Path) -> list[Path]:
    """The folders in a folder; none where it is absent."""
    return [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []


def outputs(stage: Path) -> list[Path]:
    """The folders of a stage's outputs, TFX's own among them: in each is a folder an execution."""
    groups = [path for path in folders(stage) if not path.name.startswith(".")] + folders(stage / _SYSTEM)
    return [path for path in groups if path.name not in _WORKPLACES]


def executions(output: Path) -> list[Path]:
    """The folders of the executions that made an output, the oldest first."""
    numbered = [path for path in folders(output) if path.name.isdecimal()]
    return sorted(numbered, key=execution_of)


def execution_of(folder: str | Path) -> int:
    """The id of the execution that made the output in `folder`."""
    return int(Path(folder).name)


def execution_folders(artifacts: Path) -> Iterator[Path]:
    """The folder of each output of each execution of all stages."""
    for stage in folders(artifacts):
        for output in outputs(stage):
            yield from executions(output)


def workplaces(artifacts: Path) -> Iterator[Path]:
    """The folders where TFX and Beam work while a stage runs; of no use afterwards."""
    for stage in folders(artifacts):
        for name in _WORKPLACES:
            yield from folders(stage / name)
            yield from folders(stage / _SYSTEM / name)


def manifest(output_folder: str | Path) -> Path:
    """The file that notes the outputs of the execution to which an output's folder belongs."""
    folder = Path(output_folder)
    return folder.parents[1] / MANIFESTS / f"{folder.name}.json"


def manifests(artifacts: Path) -> list[Path]:
    """The notes of all executions."""
    return sorted(artifacts.glob(f"*/{MANIFESTS}/*.json"))


def outputs_of(manifest_file: Path) -> list[Path]:
    """The folders of the outputs that a note is about, as far as they are there."""
    stage = manifest_file.parents[1]
    paths = (output / manifest_file.stem for output in folders(stage) if not output.name.startswith("."))
    return [path for path in paths if path.is_dir()]
