"""The server as a process: start, ports, new versions under way, stop."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from serving.client import Client
from tests.serving.conftest import Processes
from tests.serving.running import ServerProcess, free_port, run_server
from tests.serving.toy import push_toy

ELSEWHERE = {
    "tfx",
    "apache_beam",
    "tensorflow_transform",
    "tensorflow_model_analysis",
    "tensorflow_data_validation",
}


def eventually(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def base(processes: Processes) -> Path:
    return processes.base


@pytest.fixture(scope="module")
def changing(processes: Processes) -> ServerProcess:
    """A server of one model whose versions change; the tests below follow one another."""
    processes.changing.wait_until_ready()
    return processes.changing


def states(server: ServerProcess) -> dict[str, tuple[str, str]]:
    entries = server.rest("/v1/models/upnext")[1]["model_version_status"]
    return {entry["version"]: (entry["state"], entry["status"]["error_code"]) for entry in entries}


def test_ready_is_one_line(changing: ServerProcess) -> None:
    ports = f"gRPC 127.0.0.1:{changing.grpc_port}, REST 127.0.0.1:{changing.rest_port}"
    assert changing.out() == f"ready: {ports}, models upnext 1\n"
    assert changing.err() == ""


def test_a_new_version_serves_without_a_failed_request(changing: ServerProcess, base: Path) -> None:
    best: list[float] = []
    done = threading.Event()

    def keep_asking() -> None:
        client = Client(changing.address)
        while not done.is_set():
            best.append(client.recommend([["i03"]], k=1)[0].scores[0])

    askers = [threading.Thread(target=keep_asking) for _ in range(2)]
    for asker in askers:
        asker.start()
    push_toy(base, 2)
    eventually(lambda: states(changing) == {"2": ("AVAILABLE", "OK"), "1": ("END", "OK")})
    eventually(lambda: best[-1] == 2.0)
    assert all(asker.is_alive() for asker in askers)
    done.set()
    for asker in askers:
        asker.join()
    assert set(best) == {1.0, 2.0}
    assert sorted(best)[0] == best[0]


def test_a_broken_version_is_told_and_the_old_one_stays(changing: ServerProcess, base: Path) -> None:
    (base / "3").mkdir()
    (base / "3" / "saved_model.pb").write_bytes(b"broken")
    eventually(lambda: states(changing).get("3") == ("END", "UNKNOWN"))
    assert states(changing)["2"] == ("AVAILABLE", "OK")
    assert Client(changing.address).recommend([["i03"]], k=1)[0].scores == [2.0]
    assert "version 3 is broken" in changing.err()


def test_the_ports_are_on_loopback_alone(changing: ServerProcess) -> None:
    with pytest.raises(OSError, match=r"refused|unreachable|timed out"):
        socket.create_connection((_other_address(), changing.rest_port), timeout=2)


def _other_address() -> str:
    """An address of this machine besides 127.0.0.1, which Linux gives the whole of 127.0.0.0/8."""
    return "127.0.0.2"


@pytest.mark.parametrize("which", ["grpc", "rest"])
def test_a_port_in_use_is_one_clear_line(
    changing: ServerProcess, base: Path, which: str, tmp_path: Path
) -> None:
    used = {"grpc": changing.grpc_port, "rest": changing.rest_port}[which]
    ports = [used, free_port()] if which == "grpc" else [free_port(), used]
    flags = [f"--port={ports[0]}", f"--rest_api_port={ports[1]}", f"--model_base_path={base}"]
    ended = run_server(*flags, cwd=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr == f"Port {used} of 127.0.0.1 can't be opened: Address already in use\n"


def test_a_missing_config_file_is_one_clear_line(tmp_path: Path) -> None:
    ended = run_server("--model_config_file=absent.config", cwd=tmp_path)
    assert ended.returncode == 2
    assert ended.stderr == "--model_config_file=absent.config: there is no such file\n"


def test_an_empty_base_path_is_one_clear_line(tmp_path: Path) -> None:
    ended = run_server("--model_name=m", "--model_base_path=.", f"--port={free_port()}", cwd=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr == "Model m: . holds no version to serve\n"


def test_a_signal_stops_it_without_a_word(changing: ServerProcess) -> None:
    assert changing.stop() == 0
    assert "Traceback" not in changing.err()


def test_it_never_imports_the_pipelines_stack(changing: ServerProcess) -> None:
    changing.stop()
    modules = set(changing.modules_file.read_text().splitlines())
    loaded = {name.partition(".")[0] for name in modules}
    assert "tensorflow" in loaded
    assert loaded & ELSEWHERE == set()
    assert "tensorflow._api.v2" not in modules  # its public interface, which takes seconds


def test_connections_are_limited_by_the_system_alone() -> None:
    program = """
import resource
from serving.model_server import allow_many_files
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, most))
allow_many_files()
assert resource.getrlimit(resource.RLIMIT_NOFILE) == (most, most)
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_requests_leave_no_trace(changing: ServerProcess, processes: Processes) -> None:
    changing.stop()
    assert "i03" not in changing.out() + changing.err() + processes.log.read_text()
