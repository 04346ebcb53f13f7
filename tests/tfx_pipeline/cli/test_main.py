import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from listening_log.errors import UserError
from listening_log.tables.spans import NO_SPANS
from models import names
from tfx_pipeline.cli import commands
from tfx_pipeline.cli import main as cli
from tfx_pipeline.home.layout import Home
from tfx_pipeline.local import runner

CLI = [sys.executable, "-m", "tfx_pipeline.cli.main"]


def one_line(capfd: pytest.CaptureFixture[str]) -> str:
    """What stderr got: one line, and nothing on stdout."""
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("upnext: ")
    return err


def test_help_answers_within_half_a_second():
    # the best of some tries: a busy machine is not the command's fault
    seconds = []
    for _ in range(5):
        start = time.monotonic()
        done = subprocess.run([*CLI, "--help"], capture_output=True, text=True, check=True)
        seconds.append(time.monotonic() - start)
    assert min(seconds) < 0.5
    assert all(name in done.stdout for name in ("data", "run", "serve", "recommend", "batch", "compile"))


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["run", "--data", "none", "--home", "home"],
        ["recommend", "--home", "none"],
        ["serve", "--home", "none"],
        ["surfaces", "--home", "none"],
        ["data", "make", "--out", "w", "--users", "0"],
    ],
)
def test_no_command_loads_tensorflow_before_it_must(words: list[str], tmp_path: Path):
    code = (
        "import sys\nfrom tfx_pipeline.cli.main import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "assert not {'tensorflow', 'tfx', 'apache_beam'} & set(sys.modules), sorted(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code, *words], check=True, capture_output=True, cwd=tmp_path)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "COMMAND"),
        (["fly"], "invalid choice: 'fly'"),
        (["run"], "--home"),
        (["run", "--home", "h"], "--data DIR is needed"),
        (["run", "--data", "d", "--home", "h", "--span", "two"], "spans 'two': expected a number"),
        (["run", "--data", "d", "--home", "h", "--span", "2", "--spans", "1-2"], "not allowed with"),
        (["run", "--data", "d", "--home", "h", "--param", "seed=3"], "--param is for --compiled"),
        (["run", "--compiled", "f", "--home", "h", "--set", "seed=3"], "--compiled: settings were fixed"),
        (["run", "--compiled", "f", "--home", "h", "--param", "seed"], "--param seed: expected name=value"),
        (["data", "import", "spotify", "src", "--out", "o"], "invalid choice: 'spotify'"),
        (["rollback", "--home", "h", "--to", "latest"], "invalid int value: 'latest'"),
        (["forget", "--home", "h"], "--user"),
        (["run", "--data", "d", "--home", "h", "--fast"], "unrecognized arguments: --fast"),
        (["run", "--data", "d", "--home", "h", "--set", "ranker.size=3"], "ranker.size: unknown key"),
        (["run", "--data", "d", "--home", "h", "--set", "seed"], "expected key=value"),
        (["run", "--data", "d", "--home", "h", "--config", "none.yaml"], "cannot read the configuration"),
        (["data", "make", "--out", "w", "--users", "many"], "invalid int value: 'many'"),
        (["data", "make", "--out", "w", "--users", "0"], "users"),
        (["recommend", "--home", "h", "--user", "u", "--history", "a"], "not allowed with"),
        (["recommend", "--home", "h", "-k", "0"], "-k 0: expected a number from 1 to 100"),
        (["batch", "--home", "h", "--histories", "i", "--out", "o", "-k", "101"], "-k 101"),
        (["serve", "--home", "h", "--grpc-port", "70000"], "--grpc-port 70000"),
        (["surfaces"], "--home DIR is needed"),
        (["surfaces", "--home", "h", "--address", "here"], "--address here: expected HOST:PORT"),
        (["surfaces", "--home", "h", "--port", "70000"], "--port 70000"),
        (["compile", "--out", "nowhere/pipeline.yaml"], "there is no folder nowhere"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(words, message, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    assert cli.main(words) == 2
    assert message in one_line(capfd)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "--data", "none", "--home", "h"], "no such data directory: none"),
        (["run", "--data", ".", "--home", "h"], "events"),
        (["data", "check", "none"], "no such data directory: none"),
        (["serve", "--home", "h"], "run `upnext run"),
        (["recommend", "--home", "h"], "run `upnext run"),
        (["surfaces", "--home", "h"], "run `upnext run"),
        (["batch", "--home", "h", "--histories", "i", "--out", "o"], "run `upnext run"),
    ],
)
def test_what_is_missing_is_one_line_and_exit_code_1(words, message, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    assert cli.main(words) == 1
    assert message in one_line(capfd)
    assert not (tmp_path / "h").exists()


@pytest.mark.parametrize(
    ("table", "content", "message"),
    [
        ("events.csv", b"user_id,timestamp\nann,1\n", "item_id"),
        ("events.csv", b"user_id,item_id,timestamp\nann,a,yesterday\n", "timestamp"),
        ("events.csv", b"", "the file is empty"),
        ("events.csv", b"user_id,item_id,timestamp\nann,zzz,5\n", "event"),
        ("catalog.csv", b"item_id\n", "catalog"),
        ("events.parquet", b"PAR1 and then nothing", "events.parquet"),
    ],
)
def test_a_wrong_table_is_one_line_and_exit_code_1(table, content, message, tiny_log, capfd):
    (tiny_log / table).write_bytes(content)
    assert cli.main(["data", "check", str(tiny_log)]) == 1
    assert message in one_line(capfd)


def test_data_make_writes_a_world_that_data_check_finds_no_fault_in(tmp_path: Path, capfd):
    world = str(tmp_path / "world")
    assert cli.main(["data", "make", "--out", world, "--users", "20", "--items", "30", "--days", "5"]) == 0
    assert "20 listeners" in capfd.readouterr().out
    assert cli.main(["data", "check", world]) == 0
    assert "No fault was found" in capfd.readouterr().out


def test_run_hands_its_words_to_the_runner(tiny_log, tmp_path, monkeypatch, capfd):
    calls = []

    def fake_run(data_dir, home, config, only, terminal, *, spans):
        calls.append((str(data_dir), str(home.path), config.seed, only, spans))
        os.write(1, b"noise\n")
        os.write(2, b"more noise\n")
        print("gate 'popularity' said no", file=terminal)
        return 3

    monkeypatch.setattr(runner, "run", fake_run)
    home = str(tmp_path / "home")
    words = ["run", "--data", str(tiny_log), "--home", home, "--set", "seed=5", "--only", "Bless"]
    assert cli.main(words) == 3
    assert calls == [(str(tiny_log), home, 5, "Bless", NO_SPANS)]
    out, err = capfd.readouterr()
    assert out.splitlines()[-1] == "gate 'popularity' said no"
    assert err == ""
    (log,) = Home(home).logs.glob("run-*.log")
    assert log.read_text() == "noise\nmore noise\n"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (UserError("the log has no\nusable event"), "upnext: the log has no usable event\n"),
        (KeyboardInterrupt(), "upnext: stopped\n"),
    ],
)
def test_a_failed_run_is_one_line_and_exit_code_1(error, message, tiny_log, tmp_path, monkeypatch, capfd):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(runner, "run", fail)
    assert cli.main(["run", "--data", str(tiny_log), "--home", str(tmp_path / "home")]) == 1
    assert capfd.readouterr().err == message


def test_an_unexpected_failure_points_to_the_log_that_has_its_traceback(
    tiny_log, tmp_path, monkeypatch, capfd
):
    def fail(*_, **__):
        raise ValueError("broken\ninside")

    monkeypatch.setattr(runner, "run", fail)
    home = Home(tmp_path / "home")
    assert cli.main(["run", "--data", str(tiny_log), "--home", str(home.path)]) == 1
    (log,) = home.logs.glob("run-*.log")
    err = capfd.readouterr().err
    assert err == f"upnext: this should not have failed: ValueError: broken (details: {log})\n"
    assert "Traceback" in log.read_text()


def test_a_home_that_is_a_file_is_one_line(tiny_log, tmp_path, capfd):
    (tmp_path / "home").write_text("")
    assert cli.main(["run", "--data", str(tiny_log), "--home", str(tmp_path / "home")]) == 1
    assert "give another --home" in one_line(capfd)


def test_output_that_nobody_reads_any_more_is_no_traceback(tiny_log):
    command = f"{' '.join(CLI)} data check {tiny_log} | true"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_a_reading_command_has_no_log_where_home_is_not_writable(tmp_path, monkeypatch):
    home = Home(tmp_path)
    home.logs.mkdir()
    assert commands._log_if_writable(home, "batch") is not None
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert commands._log_if_writable(home, "batch") is None


def test_recommend_for_a_listener_reads_the_log_of_the_last_run(tiny_log, tmp_path, monkeypatch, capfd):
    home = Home(tmp_path / "home")
    home.prepare()
    home.run_file.write_text(json.dumps({"data_dir": str(tiny_log)}))
    calls = []

    def recommend(path, history, k, address):
        calls.append((history, k, address))
        return "the page"

    monkeypatch.setattr("tfx_pipeline.cli.recommend.recommend", recommend)
    words = ["recommend", "--home", str(home.path), "--user", "ann", "-k", "3", "--address", "localhost:1"]
    assert cli.main(words) == 0
    assert calls == [(["a", "b", "c"], 3, "localhost:1")]
    assert capfd.readouterr().out == "the page\n"


def test_a_server_that_is_not_there_is_one_line_and_exit_code_1(tmp_path, capfd):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    assert cli.main(["recommend", "--home", str(tmp_path), "--history", "a,b", "--address", address]) == 1
    assert address in one_line(capfd)


def test_serve_starts_the_server_on_the_models_under_home(tmp_path, monkeypatch):
    flags: list[str] = []
    monkeypatch.setattr("serving.model_server.serve", lambda words: flags.extend(words) or 0)
    for model in names.MODELS:
        (tmp_path / "home/serving/scann" / model / "1").mkdir(parents=True)
    (tmp_path / "home").rename(tmp_path / "moved [1]")
    words = ["serve", "--home", str(tmp_path / "moved [1]"), "--grpc-port", "1", "--rest-port", "2"]
    assert cli.main(words) == 0
    config = tmp_path / "moved [1]/serving/scann/models.config"
    assert flags == [
        "--port=1",
        "--rest_api_port=2",
        "--bind_address=127.0.0.1",
        f"--model_config_file={config}",
        f"--log_file={tmp_path}/moved [1]/logs/serve.log",
    ]
    assert f'"{config.parent}/upnext"' in config.read_text()


def test_an_output_of_batch_that_cannot_be_written_is_one_line(tmp_path, capfd):
    (tmp_path / "home/serving/scann/upnext/1").mkdir(parents=True)
    words = [
        "batch",
        "--home",
        str(tmp_path / "home"),
        "--histories",
        "in",
        "--out",
        f"{tmp_path}/absent/out",
    ]
    assert cli.main(words) == 1
    assert one_line(capfd).endswith("absent/out: No such file or directory\n")
