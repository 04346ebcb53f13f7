"""Beam's flags follow from the configuration, and what contradicts itself is told in one line."""

import re
from pathlib import Path

import pytest
import yaml

from listening_log.errors import UsageError
from tests.conftest import ROOT
from tfx_pipeline.config.beam import BeamConfig, beam_args
from tfx_pipeline.config.tree import load_config

POOL = "--environment_type=EXTERNAL, --environment_config=localhost:50000"

GUIDE = (ROOT / "docs/guide/run-on-kubeflow.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(beam:\n.*?)```", GUIDE, re.DOTALL)


def configured(beam: str) -> BeamConfig:
    return load_config(None, [f"beam={beam}"]).beam


def test_beam_runs_in_one_process_or_in_several() -> None:
    assert beam_args(BeamConfig())[:2] == ["--runner=DirectRunner", "--direct_running_mode=in_memory"]
    assert beam_args(BeamConfig(workers=3))[1:3] == [
        "--direct_running_mode=multi_processing",
        "--direct_num_workers=3",
    ]


def test_an_engines_flags_are_handed_on_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(
        "beam:\n"
        "  runner: FlinkRunner\n"
        "  flags:\n"
        "    - --flink_master=flink:8081\n"
        "    - --environment_type=EXTERNAL\n"
        "    - --environment_config=localhost:50000\n"
        "    - --parallelism=4\n"
        "    - --experiments=one\n"
        "    - --experiments=two\n"
    )
    assert beam_args(load_config(path).beam) == [
        "--runner=FlinkRunner",
        "--flink_master=flink:8081",
        "--environment_type=EXTERNAL",
        "--environment_config=localhost:50000",
        "--parallelism=4",
        "--experiments=one",
        "--experiments=two",
        "--sdk_container_image=none",
    ]


def test_an_image_of_the_users_own_stays() -> None:
    flags = ("--project=p", "--region=r", "--temp_location=gs://b/t", "--sdk_container_image=our/image:1")
    assert beam_args(BeamConfig(runner="DataflowRunner", flags=flags)) == ["--runner=DataflowRunner", *flags]


@pytest.mark.parametrize(
    ("beam", "message"),
    [
        ("{runner: Flink}", "beam.runner: expected one of DirectRunner, FlinkRunner"),
        ("{flags: --streaming}", "beam.flags: expected a list"),
        ("{flags: [streaming]}", "beam: flags: expected --name=value or --switch, got 'streaming'"),
        ("{flags: [--runner=FlinkRunner]}", "--runner does not go here, beam.runner says it"),
        ("{flags: [--direct_num_workers=2]}", "--direct_num_workers does not go here, beam.workers says it"),
        (f"{{runner: FlinkRunner, flags: [{POOL}]}}", "FlinkRunner needs --flink_master=HOST:PORT or"),
        (f"{{runner: SparkRunner, flags: [{POOL}]}}", "SparkRunner needs --job_endpoint=HOST:PORT or"),
        (f"{{runner: PortableRunner, flags: [{POOL}]}}", "PortableRunner needs --job_endpoint=HOST:PORT"),
        (
            f"{{runner: FlinkRunner, workers: 2, flags: [--flink_master=f:1, {POOL}]}}",
            "workers: only DirectRunner takes them; for FlinkRunner give --parallelism=N in flags",
        ),
        (
            f"{{runner: SparkRunner, workers: 2, flags: [--job_endpoint=s:1, {POOL}]}}",
            "workers: only DirectRunner takes them; for SparkRunner",
        ),
        ("{runner: FlinkRunner, flags: [--flink_master=f:1]}", "--environment_type, one of DOCKER, EXTERNAL"),
        (
            "{runner: FlinkRunner, flags: [--flink_master=f:1, --environment_type=POD]}",
            "--environment_type, one of DOCKER, EXTERNAL, PROCESS, LOOPBACK; got 'POD'",
        ),
        (
            "{runner: FlinkRunner, flags: [--flink_master=f:1, --environment_type=EXTERNAL]}",
            "--environment_type=EXTERNAL needs --environment_config=HOST:PORT",
        ),
        (
            "{runner: FlinkRunner, flags: [--flink_master=f:1, --environment_type=LOOPBACK, "
            "--environment_config=x]}",
            "--environment_type=LOOPBACK has no --environment_config",
        ),
        (
            "{runner: DataflowRunner, flags: [--project=p, --region=r, --temp_location=gs://b/t]}",
            "DataflowRunner needs --sdk_container_image=IMAGE",
        ),
        ("{runner: DataflowRunner}", "DataflowRunner needs --project=NAME"),
        (
            "{runner: DataflowRunner, workers: 2}",
            "for DataflowRunner give --max_num_workers=N in flags",
        ),
    ],
)
def test_what_contradicts_itself_is_one_clear_line(beam: str, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        configured(beam)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("block", EXAMPLES)
def test_beam_knows_the_flags_of_the_guide(block: str, tmp_path: Path) -> None:
    from apache_beam.options.pipeline_options import PipelineOptions

    path = tmp_path / "settings.yaml"
    path.write_text(block)
    config = load_config(path).beam

    read = PipelineOptions(beam_args(config)).get_all_options(drop_default=True)

    values = dict(
        flag.removeprefix("--").split("=", 1) for flag in (f"--runner={config.runner}", *config.flags)
    )
    assert {name: str(read.get(name)) for name in values} == values


def test_the_guide_has_an_example_for_each_engine() -> None:
    runners = [yaml.safe_load(block)["beam"]["runner"] for block in EXAMPLES]
    assert runners == ["FlinkRunner", "SparkRunner", "DataflowRunner"]
