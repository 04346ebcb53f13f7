"""The one reader of a compiled file: what it refuses is refused before anything is sent or run."""

from pathlib import Path

import pytest

from listening_log.errors import UsageError
from tests.support.submissions import PIPELINE, PLATFORM
from tfx_pipeline.kubeflow.compiled_file import CompiledPipeline, read_compiled

pytest_plugins = ["tests.support.submissions"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not YAML"),
        ("", "expected a pipeline"),
        ("a: 1", "expected a pipeline"),
        ("- 1", "expected a pipeline"),
        (PLATFORM, "expected a pipeline"),
        (PIPELINE + "---\n" + PIPELINE, "expected a pipeline"),
        (PIPELINE.replace("2.1.0", "2.0.0"), "schemaVersion 2.0.0"),
        (PIPELINE.replace("deploymentSpec:", "deployment:"), "not a pipeline of Kubeflow"),
        (PIPELINE.replace("{name: upnext}", "{}"), "no name"),
    ],
)
def test_a_file_that_is_no_compiled_pipeline_is_refused(compiled: Path, content: str, message: str):
    compiled.write_text(content)
    with pytest.raises(UsageError, match=message):
        read_compiled(compiled)


@pytest.mark.parametrize(
    ("name", "message"),
    [("none.yaml", r"cannot read .*none\.yaml: No such file"), ("pipeline.json", r"pipeline\.json.*\.yaml")],
)
def test_a_file_that_is_not_there_or_not_named_yaml_is_refused(tmp_path: Path, name: str, message: str):
    with pytest.raises(UsageError, match=message):
        read_compiled(tmp_path / name)


def test_what_is_written_is_read_again(compiled: Path, tmp_path: Path):
    pipeline = read_compiled(compiled)
    pipeline.write(tmp_path / "again.yaml")
    again = read_compiled(tmp_path / "again.yaml")
    assert (again.spec, again.platform) == (pipeline.spec, pipeline.platform)
    assert again.digest == pipeline.digest != pipeline.without_caching().digest


@pytest.fixture
def pipeline(compiled: Path) -> CompiledPipeline:
    return read_compiled(compiled)


def test_what_is_not_given_has_its_default(pipeline: CompiledPipeline):
    assert pipeline.values({"data_dir": "log", "share": "1"}) == {
        "data_dir": "log",
        "spans": "",
        "seed": 7,
        "share": 1.0,
        "final_fit": True,
        "gates": None,
        "countries": None,
    }


def test_text_stays_text_and_numbers_become_numbers(pipeline: CompiledPipeline):
    values = pipeline.values({"data_dir": "7", "seed": "3"})
    assert (values["data_dir"], values["seed"]) == ("7", 3)
