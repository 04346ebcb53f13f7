"""Where Apache Beam runs the stages that read and count, and the flags that say so. No Beam."""

from collections.abc import Iterable
from typing import Final, Literal

from pydantic import model_validator

from models.settings import Count, Settings

DIRECT: Final = "DirectRunner"
DATAFLOW: Final = "DataflowRunner"

Runner = Literal["DirectRunner", "FlinkRunner", "SparkRunner", "DataflowRunner", "PortableRunner"]

_OURS: Final = {
    "runner": "beam.runner says it",
    "direct_num_workers": "beam.workers says it",
    "direct_running_mode": "it follows from beam.workers",
}
_PLACES: Final = {
    "FlinkRunner": ("--flink_master=HOST:PORT", "--job_endpoint=HOST:PORT"),
    "SparkRunner": ("--job_endpoint=HOST:PORT", "--spark_rest_url=http://HOST:PORT"),
    "PortableRunner": ("--job_endpoint=HOST:PORT",),
}
"""Flags that name each engine; one is needed, or Beam starts an engine itself."""

_ENVIRONMENTS: Final = {
    "DOCKER": "--environment_config=IMAGE, one with this package",
    "EXTERNAL": "--environment_config=HOST:PORT, the worker pool's",
    "PROCESS": "--environment_config=JSON, with the command of a worker",
    "LOOPBACK": "",
}
"""Where an engine runs our code, and what it needs to know then."""

_WORKERS: Final = {"FlinkRunner": "--parallelism=N", DATAFLOW: "--max_num_workers=N"}
_DATAFLOW_NEEDS: Final = {
    "project": "NAME",
    "region": "NAME",
    "temp_location": "gs://BUCKET/FOLDER",
    "sdk_container_image": "IMAGE, one with this package",
}


class BeamConfig(Settings):
    """The stages that read and count."""

    runner: Runner = "DirectRunner"
    """Who runs them: this machine, or `FlinkRunner`, `SparkRunner`, `DataflowRunner`, `PortableRunner` ([Beam
    on an engine](run-on-kubeflow.md#beam-on-flink-spark-or-dataflow))."""
    workers: Count = 1
    """Processes of `DirectRunner`; each costs the time and the memory of importing TensorFlow. Other runners
    have a flag of their own."""
    flags: tuple[str, ...] = ()
    """The runner's flags as Beam writes them, `--name=value` or `--switch`, one an element of the list:
    `[--flink_master=flink:8081, --parallelism=4]`."""

    @model_validator(mode="after")
    def _check(self) -> "BeamConfig":
        flags = _parse_flags(self.flags)
        for name, why in _OURS.items():
            if name in flags:
                raise ValueError(f"flags: --{name} does not go here, {why}")
        if self.runner == DIRECT:
            return self
        if self.workers > 1:
            instead = (
                f"give {_WORKERS[self.runner]} in flags" if self.runner in _WORKERS else "the engine's count"
            )
            raise ValueError(f"workers: only DirectRunner takes them; for {self.runner} {instead}")
        if self.runner == DATAFLOW:
            _check_dataflow(flags)
        else:
            _check_engine(self.runner, flags)
        return self


def beam_args(config: BeamConfig) -> list[str]:
    """Beam's flags for a stage, whoever starts it: the local runner, or a container of the compiled pipeline."""
    runner = [f"--runner={config.runner}"]
    if config.runner == DIRECT:
        mode = "in_memory" if config.workers == 1 else "multi_processing"
        runner += [f"--direct_running_mode={mode}", f"--direct_num_workers={config.workers}"]
    flags = [*runner, *config.flags]
    if "sdk_container_image" not in _parse_flags(config.flags):
        # Any image says that workers have TFX; without one TFX packs itself up, 40 MB and seconds for each stage.
        flags.append("--sdk_container_image=none")
    return flags


def _parse_flags(flags: Iterable[str]) -> dict[str, str]:
    """Values by name; of a repeated flag the last one, "" of a switch."""
    values = {}
    for flag in flags:
        name, _, value = flag.removeprefix("--").partition("=")
        if not flag.startswith("--") or not name or " " in name:
            raise ValueError(f"flags: expected --name=value or --switch, got {flag!r}")
        values[name] = value
    return values


def _check_dataflow(flags: dict[str, str]) -> None:
    for name, value in _DATAFLOW_NEEDS.items():
        if not flags.get(name):
            raise ValueError(f"flags: DataflowRunner needs --{name}={value}")


def _check_engine(runner: str, flags: dict[str, str]) -> None:
    places = _PLACES[runner]
    if not any(flags.get(_name(place)) for place in places):
        raise ValueError(f"flags: {runner} needs {' or '.join(places)}")
    kind = flags.get("environment_type", "")
    if kind.upper() not in _ENVIRONMENTS:
        got = f"got {kind!r}" if kind else "got none"
        raise ValueError(
            f"flags: {runner} needs --environment_type, one of {', '.join(_ENVIRONMENTS)}; {got}"
        )
    needed = _ENVIRONMENTS[kind.upper()]
    set_otherwise = "environment_option" in flags or "environment_options" in flags
    if needed and not flags.get("environment_config") and not set_otherwise:
        raise ValueError(f"flags: --environment_type={kind} needs {needed}")
    if not needed and "environment_config" in flags:
        raise ValueError(f"flags: --environment_type={kind} has no --environment_config")


def _name(flag: str) -> str:
    return flag.removeprefix("--").partition("=")[0]
