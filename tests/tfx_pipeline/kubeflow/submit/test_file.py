from dataclasses import replace
from pathlib import Path

import pytest

from listening_log.errors import UsageError
from tests.support.kfp_stub import KfpStub
from tests.support.submissions import PIPELINE, PLATFORM, run
from tfx_pipeline.kubeflow.submit.submitting import Submission

pytest_plugins = ["tests.support.submissions"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not YAML"),
        ("", "expected a pipeline"),
        ("- 1", "expected a pipeline"),
        (PLATFORM, "expected a pipeline"),
        (PIPELINE + "---\n" + PIPELINE, "expected a pipeline"),
        (PIPELINE.replace("2.1.0", "2.0.0"), "schemaVersion 2.0.0"),
        (PIPELINE.replace("deploymentSpec:", "deployment:"), "not a pipeline of Kubeflow"),
        (PIPELINE.replace("{name: upnext}", "{}"), "no name"),
    ],
)
def test_a_file_that_is_no_compiled_pipeline_is_refused(
    submission: Submission, kfp_stub: KfpStub, content: str, message: str
):
    submission.file.write_text(content)
    with pytest.raises(UsageError, match=message):
        run(submission)
    assert kfp_stub.requests == []


@pytest.mark.parametrize("name", ["none.yaml", "pipeline.json"])
def test_a_file_that_is_not_there_or_not_named_yaml_is_refused(
    submission: Submission, tmp_path: Path, name: str
):
    with pytest.raises(UsageError, match=name):
        run(replace(submission, file=tmp_path / name))
