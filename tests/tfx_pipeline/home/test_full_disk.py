"""A disk that is full or read-only: one clear line, exit code 1, and nothing half-written."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from components.pushed.pushed_models import PLACES, PushedModels
from components.trainer import checkpoints
from listening_log.errors import UserError
from tests.support.small_disk import fill, free, small_disk
from tfx_pipeline.cli import main as cli
from tfx_pipeline.home.layout import Home
from tfx_pipeline.local.machine_errors import describe_machine_error


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """256 kB, empty."""
    with small_disk(tmp_path / "disk", 256) as folder:
        yield folder


def one_line(capfd: pytest.CaptureFixture[str]) -> str:
    err = capfd.readouterr().err
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err


def test_a_made_world_that_does_not_fit_leaves_nothing(disk: Path, capfd) -> None:
    words = ["data", "make", "--out", str(disk / "data"), "--users", "300", "--items", "500", "--days", "90"]
    assert cli.main(words) == 1
    assert "No space left on device" in one_line(capfd)
    assert list(disk.iterdir()) == []


def test_a_checkpoint_that_does_not_fit_keeps_the_one_before(disk: Path) -> None:
    checkpoints.save(disk / "key", {"a": np.zeros(10_000)}, {"epoch": 1})
    before = free(disk)
    with pytest.raises(UserError, match="No space left on device"):
        checkpoints.save(disk / "key", {"a": np.zeros(30_000)}, {"epoch": 2})
    assert free(disk) == before
    kept = checkpoints.load(disk / "key")
    assert kept is not None
    assert kept[1] == {"epoch": 1}


def test_a_push_that_does_not_fit_leaves_what_is_served(disk: Path, tmp_path: Path) -> None:
    for build, model in PLACES:
        (tmp_path / "models" / build / model).mkdir(parents=True)
        (tmp_path / "models" / build / model / "saved_model.pb").write_bytes(bytes(30_000))
    assert PushedModels(disk).push(tmp_path / "models", keep=3, now=1) == 1
    with pytest.raises(UserError, match=r"^cannot push to [^:]*: No space left on device$"):
        PushedModels(disk).push(tmp_path / "models", keep=3, now=2)
    assert {path.name for path in disk.glob("*/*/*")} == {"1"}


def test_metadata_that_does_not_fit_are_told_as_a_full_disk(disk: Path) -> None:
    from ml_metadata import metadata_store
    from ml_metadata.proto import metadata_store_pb2

    config = metadata_store_pb2.ConnectionConfig()
    config.sqlite.filename_uri = str(disk / "metadata.db")
    with pytest.raises(RuntimeError) as failure:
        metadata_store.MetadataStore(config)
    line = describe_machine_error(failure.value, Home(disk))
    assert line is not None
    assert line.startswith(f"the disk of {disk} is full")


def test_what_tensorflow_cannot_write_is_told_as_a_full_disk(disk: Path) -> None:
    import tensorflow as tf

    fill(disk, leave=8192)
    module = tf.Module()
    module.v = tf.Variable(tf.zeros([30_000]))
    errors: list[BaseException] = []
    for write in (
        lambda: tf.saved_model.save(module, str(disk / "model")),
        lambda: tf.train.Checkpoint(model=module).write(str(disk / "weights")),
        lambda: write_records(disk / "records.gz"),
    ):
        with pytest.raises((tf.errors.OpError, OSError)) as failure:
            write()
        errors.append(failure.value)
        for path in disk.glob("records.gz"):
            path.unlink()
    lines = [describe_machine_error(error, Home(disk)) or str(error) for error in errors]
    assert all(line.startswith(f"the disk of {disk} is full") for line in lines), lines


def write_records(path: Path) -> None:
    import tensorflow as tf

    with tf.io.TFRecordWriter(str(path), tf.io.TFRecordOptions(compression_type="GZIP")) as writer:
        writer.write(np.random.default_rng(0).bytes(1_000_000))


def test_a_read_only_home_is_one_line(tmp_path: Path, tiny_log: Path, capfd) -> None:
    with small_disk(tmp_path / "home", 256, read_only=True) as home:
        assert cli.main(["run", "--data", str(tiny_log), "--home", str(home)]) == 1
        assert "Read-only file system; give another --home" in one_line(capfd)
    with small_disk(tmp_path / "home", 256, read_only=True) as home:
        (tmp_path / "parent").mkdir()
        assert cli.main(["run", "--data", str(tiny_log), "--home", str(home / "below")]) == 1
        assert "Read-only file system; give another --home" in one_line(capfd)


def test_a_home_without_room_is_one_line(tmp_path: Path, tiny_log: Path, capfd) -> None:
    with small_disk(tmp_path / "home", 16) as home:
        (home / "logs").mkdir()
        fill(home)
        assert cli.main(["run", "--data", str(tiny_log), "--home", str(home)]) == 1
        assert "the disk of" in (line := one_line(capfd)) or "No space left on device" in line


def test_a_home_that_is_a_file_is_one_line(tmp_path: Path, tiny_log: Path, capfd) -> None:
    (tmp_path / "home").write_text("")
    for command in (
        ["run", "--data", str(tiny_log)],
        ["serve"],
        ["recommend"],
        ["batch", "--histories", "in", "--out", "out"],
    ):
        assert cli.main([*command, "--home", str(tmp_path / "home")]) == 1
        assert "home" in one_line(capfd)
