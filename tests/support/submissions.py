"""What the tests of `upnext submit` share: a small compiled pipeline, and a stub to send it to."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.kfp_stub import KfpStub, serving
from tfx_pipeline.kubeflow.submit.submission import Submission
from tfx_pipeline.kubeflow.submit.submitting import submit

PIPELINE = """
# PIPELINE DEFINITION
pipelineInfo: {name: upnext}
schemaVersion: 2.1.0
sdkVersion: tfx-1.16.0
deploymentSpec:
  executors: {train: {container: {image: 'upnext:latest', command: [python]}}}
components:
  train:
    executorLabel: train
    inputDefinitions: {parameters: {seed: {parameterType: NUMBER_INTEGER}}}
  chain:
    dag:
      tasks:
        train:
          componentRef: {name: train}
          cachingOptions: {enableCache: true}
          inputs: {parameters: {seed: {runtimeValue: {constant: 7}}}}
          taskInfo: {name: train}
root:
  dag:
    tasks:
      chain:
        componentRef: {name: chain}
        cachingOptions: {enableCache: true}
        taskInfo: {name: chain}
  inputDefinitions:
    parameters:
      data_dir: {parameterType: STRING}
      spans: {parameterType: STRING, defaultValue: ''}
      seed: {parameterType: NUMBER_INTEGER, defaultValue: 7}
      share: {parameterType: NUMBER_DOUBLE, defaultValue: 0.5}
      final_fit: {parameterType: BOOLEAN, defaultValue: true}
      gates: {parameterType: STRUCT, isOptional: true}
      countries: {parameterType: LIST, isOptional: true}
"""
PLATFORM = """
---
platforms:
  kubernetes:
    deploymentSpec:
      executors: {train: {pvcMount: [{constant: upnext-data, mountPath: /mnt/upnext}]}}
"""


@pytest.fixture
def kfp_stub() -> Iterator[KfpStub]:
    yield from serving(KfpStub())


@pytest.fixture
def sdk_context(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The file of the SDK's own configuration, which is not there, nor one in the environment."""
    from kfp.client.client import Client

    for name in ("KF_PIPELINES_ENDPOINT", "KF_PIPELINES_UI_ENDPOINT", "UPNEXT_KFP_TOKEN", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "context.json"
    monkeypatch.setattr(Client, "_LOCAL_KFP_CONTEXT", str(path))
    return path


@pytest.fixture
def compiled(tmp_path: Path) -> Path:
    path = tmp_path / "upnext.yaml"
    path.write_text(PIPELINE + PLATFORM)
    return path


@pytest.fixture
def submission(compiled: Path, kfp_stub: KfpStub, sdk_context: Path) -> Submission:
    return Submission(compiled, kfp_stub.url, params=("data_dir=gs://log",))


def run(submission: Submission) -> str:
    out = io.StringIO()
    submit(submission, out, poll_seconds=0.01)
    return out.getvalue()


def only(things: dict[str, dict[str, Any]]) -> dict[str, Any]:
    (thing,) = things.values()
    return thing


def uploads(stub: KfpStub) -> int:
    return len(stub.bodies("POST", "/pipelines/upload") + stub.bodies("POST", "/pipelines/upload_version"))
