from pathlib import Path

import pytest

from serving.errors import FlagError
from serving.options import parse_options


def test_defaults_are_safe() -> None:
    options = parse_options(["--model_name=m", "--model_base_path=/models/m"])
    assert (options.port, options.rest_api_port, options.bind_address) == (8500, 0, "127.0.0.1")
    assert options.file_system_poll_wait_seconds == 1
    assert options.model_base_path == Path("/models/m")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ([], "Nothing to serve"),
        (["--model_base_path=m", "--port=70000"], "--port=70000"),
        (["--model_base_path=m", "--port=x"], "--port"),
        (["--model_base_path=m", "--port=5", "--rest_api_port=5"], "must differ"),
        (["--model_base_path=m", "--max_batch_rows=0"], "not positive"),
        (["--model_base_path=m", "--enable_model_warmup=maybe"], "neither true nor false"),
        (["--model_config_file=nowhere/models.config"], "nowhere/models.config: there is no such file"),
    ],
)
def test_a_wrong_flag_is_named(flags: list[str], message: str) -> None:
    with pytest.raises(FlagError, match=message):
        parse_options(flags)


def test_tf_servings_flags_are_read_as_it_reads_them() -> None:
    flags = [
        "--model_base_path=m",
        "--enable_batching",
        "--flush_filesystem_caches=false",
        "--enable_model_warmup",
    ]
    options = parse_options([*flags, "--grpc_channel_arguments=grpc.max_connection_age_ms=2000,a.b=c"])
    assert options.ignored == ("flush_filesystem_caches",)
    assert options.enable_batching
    assert options.enable_model_warmup
    assert options.grpc_channel_arguments == (("grpc.max_connection_age_ms", 2000), ("a.b", "c"))
    assert parse_options(["--model_base_path=m", "--port=0", "--grpc_socket_path=s"]).where == ["gRPC unix:s"]
    assert parse_options(["--model_base_path=m", "--bind_address=::1"]).where == ["gRPC [::1]:8500"]


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parse_options(["--version"])
    assert end.value.code == 0
    assert "TensorFlow ModelServer: " in capsys.readouterr().out


def test_unknown_flags_are_kept_by_name_and_none_is_shortened() -> None:
    options = parse_options(["--model_base_path=m", "--unheard_of=1", "--model_base=n"])
    assert options.unknown == ("--unheard_of=1", "--model_base=n")
    assert options.model_base_path == Path("m")
