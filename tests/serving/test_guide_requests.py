"""The guide's requests with curl and grpcurl work as they stand, against a server of toy models."""

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import grpc
import pytest
from google.protobuf import json_format
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_service_pb2,
    predict_pb2,
    prediction_service_pb2,
)

from tests.conftest import ROOT
from tests.serving.running import ServerProcess
from tests.support.guide_code import commands, python_blocks

PAGE = ROOT / "docs/guide/serve-with-tf-serving.md"
GRPC, REST = "127.0.0.1:8500", "127.0.0.1:8501"
CURL = [line for line in commands(PAGE) if line.startswith("curl ")]
GRPCURL = [line for line in commands(PAGE) if line.startswith("grpcurl ")]
(PROTOSET,) = (block for block in python_blocks() if "FileDescriptorSet" in block.text)
MESSAGES = {
    "GetModelStatus": get_model_status_pb2.GetModelStatusRequest,
    "GetModelMetadata": get_model_metadata_pb2.GetModelMetadataRequest,
    "Predict": predict_pb2.PredictRequest,
}


def run(line: str, server: ServerProcess, folder: Path) -> dict:
    """Runs a line of the guide against the server; returns the JSON that it prints."""
    line = line.replace(GRPC, server.address).replace(REST, f"127.0.0.1:{server.rest_port}")
    environment = {**os.environ, "no_proxy": "127.0.0.1"}
    done = subprocess.run(
        shlex.split(line), cwd=folder, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("line", CURL)
def test_a_curl_command_is_answered(server: ServerProcess, tmp_path: Path, line: str) -> None:
    answer = run(line, server, tmp_path)
    assert set(answer) <= {"outputs", "predictions", "model_version_status", "model_spec", "metadata"}


def make_protoset(folder: Path) -> None:
    before = Path.cwd()
    os.chdir(folder)
    try:
        exec(compile(PROTOSET.text, PROTOSET.name, "exec"), {"__name__": "guide"})
    finally:
        os.chdir(before)


@pytest.mark.skipif(shutil.which("grpcurl") is None, reason="grpcurl is not installed")
@pytest.mark.parametrize("line", GRPCURL)
def test_a_grpcurl_command_is_answered(server: ServerProcess, tmp_path: Path, line: str) -> None:
    make_protoset(tmp_path)
    assert set(run(line, server, tmp_path)) & {"outputs", "model_version_status", "metadata"}


@pytest.mark.parametrize("line", GRPCURL)
def test_what_a_grpcurl_command_sends_is_answered(server: ServerProcess, tmp_path: Path, line: str) -> None:
    """The command's JSON and method, without grpcurl itself."""
    words = shlex.split(line)
    *_, address, method = words
    document, method_name = words[words.index("-d") + 1], method.rpartition("/")[2]
    assert address == GRPC
    assert (words[1], words[2]) == ("-plaintext", "-protoset")
    services = {**prediction_service_pb2.DESCRIPTOR.services_by_name}
    services |= model_service_pb2.DESCRIPTOR.services_by_name
    service = next(one for one in services.values() if one.full_name == method.rpartition("/")[0])
    request = json_format.Parse(document, MESSAGES[method_name]())
    assert service.methods_by_name[method_name].input_type.full_name == request.DESCRIPTOR.full_name
    with grpc.insecure_channel(server.address, [("grpc.enable_http_proxy", 0)]) as channel:
        assert channel.unary_unary(f"/{method}")(request.SerializeToString(), timeout=30)


def test_the_guides_set_of_protos_holds_what_it_needs(tmp_path: Path) -> None:
    from google.protobuf.descriptor_pb2 import FileDescriptorSet
    from google.protobuf.descriptor_pool import DescriptorPool

    make_protoset(tmp_path)
    (path,) = tmp_path.iterdir()
    pool = DescriptorPool()
    for file in FileDescriptorSet.FromString(path.read_bytes()).file:
        pool.Add(file)
    assert pool.FindServiceByName("tensorflow.serving.PredictionService").methods_by_name["Predict"]
    assert pool.FindServiceByName("tensorflow.serving.ModelService").methods_by_name["GetModelStatus"]


def test_the_guide_has_both_tools() -> None:
    assert len(CURL) >= 5
    assert len(GRPCURL) >= 3
