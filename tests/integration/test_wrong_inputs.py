"""Whatever is wrong with what it is given, the command ends with one clear line and its exit code."""

import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.integration.whole import Served, WholeRun
from tests.serving.running import free_port
from tfx_pipeline.cli import main as cli

EVENTS = "user_id,item_id,timestamp\nann,a,1700000000\nann,b,1700000500\nbob,a,1700000100\nbob,c,1700000900\n"
CATALOG = "item_id,title\na,Morning Light\nb,Slow River\nc,Ember\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A log without a fault, but small."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "events.csv").write_text(EVENTS)
    (folder / "catalog.csv").write_text(CATALOG)
    return folder


def replace_events(data: Path, text: str) -> None:
    (data / "events.csv").write_text(text)


def truncate_parquet(data: Path) -> None:
    (data / "events.csv").unlink()
    path = data / "events.parquet"
    pq.write_table(pa.table({"user_id": ["u"] * 99, "item_id": ["a"] * 99, "timestamp": range(99)}), path)
    path.write_bytes(path.read_bytes()[:-200])


WRONG_DATA: dict[str, tuple[Callable[[Path], object], str]] = {
    "a missing column": (
        lambda data: replace_events(data, "user_id,item_id\nann,a\n"),
        "events.csv has no column timestamp",
    ),
    "a text timestamp": (
        lambda data: replace_events(data, EVENTS + "bob,b,yesterday\n"),
        "events.csv, line 6, column timestamp: 'yesterday' is not a whole number",
    ),
    "an empty file": (lambda data: replace_events(data, ""), "events.csv: the file is empty"),
    "a header alone": (lambda data: replace_events(data, "user_id,item_id,timestamp\n"), "no usable event"),
    "a truncated Parquet file": (truncate_parquet, "events.parquet: not a whole Parquet file"),
    "an empty catalogue": (
        lambda data: (data / "catalog.csv").write_text("item_id,title\n"),
        "the catalogue is empty",
    ),
    "no item that the catalogue has": (
        lambda data: (data / "catalog.csv").write_text("item_id,title\nz,Nothing\n"),
        "no usable event",
    ),
    "one listener only": (
        lambda data: replace_events(data, "".join(EVENTS.splitlines(keepends=True)[:3])),
        "one listener only",
    ),
    "a missing table": (lambda data: (data / "catalog.csv").unlink(), "catalog"),
    "a missing directory": (lambda data: shutil.rmtree(data), "no such data directory"),
}


def one_line(capfd: pytest.CaptureFixture[str]) -> str:
    """What stderr got: one line, without a traceback."""
    err = capfd.readouterr().err
    assert err.startswith("upnext: ")
    assert err.endswith("\n")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err


@pytest.mark.parametrize(("spoil", "message"), WRONG_DATA.values(), ids=WRONG_DATA)
def test_a_run_on_wrong_data_is_one_line_and_exit_code_1(
    spoil: Callable[[Path], object], message: str, data: Path, tmp_path: Path, capfd
):
    spoil(data)
    assert cli.main(["run", "--data", str(data), "--home", str(tmp_path / "home")]) == 1
    assert message in one_line(capfd)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("ranker.layers=3", "ranker.layers: unknown key"),
        ("log.max_length=long", "log.max_length: expected a whole number, got the text 'long'"),
    ],
)
def test_a_wrong_configuration_is_one_line_and_exit_code_2(
    setting: str, message: str, data: Path, tmp_path: Path, capfd
):
    words = ["run", "--data", str(data), "--home", str(tmp_path / "home"), "--set", setting]
    assert cli.main(words) == 2
    assert message in one_line(capfd)
    assert not (tmp_path / "home").exists()


def test_an_unknown_key_in_a_configuration_file_is_one_line_and_exit_code_2(
    data: Path, tmp_path: Path, capfd
):
    (tmp_path / "upnext.yaml").write_text("ranker:\n  layers: 3\n")
    words = ["run", "--data", str(data), "--home", str(tmp_path / "home")]
    assert cli.main([*words, "--config", str(tmp_path / "upnext.yaml")]) == 2
    assert "ranker.layers: unknown key" in one_line(capfd)


@pytest.mark.parametrize("flag", ["--grpc-port", "--rest-port"])
def test_a_port_in_use_is_one_line_and_exit_code_1(whole_run: WholeRun, server: Served, flag: str, capfd):
    used = (server.grpc if flag == "--grpc-port" else server.rest).rpartition(":")[2]
    ports = {"--grpc-port": str(free_port()), "--rest-port": str(free_port()), flag: used}
    words = [word for pair in ports.items() for word in pair]
    assert cli.main(["serve", "--home", str(whole_run.home), *words]) == 1
    assert f"Port {used} of 127.0.0.1 can't be opened: Address already in use" in one_line(capfd)


def test_a_server_that_does_not_answer_is_one_line_and_exit_code_1(whole_run: WholeRun, capfd):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        assert cli.main(["recommend", "--home", str(whole_run.home), "--address", address]) == 1
    assert address in one_line(capfd)


def test_an_unknown_listener_is_one_line_and_exit_code_1(whole_run: WholeRun, capfd):
    assert cli.main(["recommend", "--home", str(whole_run.home), "--user", "nobody"]) == 1
    assert "has no usable event of listener 'nobody'" in one_line(capfd)
