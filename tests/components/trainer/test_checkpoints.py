"""The state of a training is kept whole, where only the same training finds it."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from components.trainer import checkpoints
from listening_log.errors import UserError

SETTINGS = {"run_fn": "components.trainer.ranker.run_fn", "custom_config": '{"seed": 1}'}
INPUTS = {"examples": ["home/artifacts/ListeningLogExampleGen/examples/1"]}
MODEL = "home/artifacts/RankerTrainer/model/12"


def test_a_rerun_of_the_same_training_finds_its_place() -> None:
    first = checkpoints.state_folder(MODEL, SETTINGS, INPUTS)
    again = checkpoints.state_folder("home/artifacts/RankerTrainer/model/19", SETTINGS, INPUTS)
    assert first == again
    assert first is not None
    assert first.parent == Path("home/artifacts/RankerTrainer/.checkpoints")


def test_other_settings_or_inputs_have_another_place() -> None:
    other_settings = checkpoints.state_folder(MODEL, {**SETTINGS, "custom_config": '{"seed": 2}'}, INPUTS)
    other_inputs = checkpoints.state_folder(MODEL, SETTINGS, {"examples": ["elsewhere"]})
    assert len({checkpoints.state_folder(MODEL, SETTINGS, INPUTS), other_settings, other_inputs}) == 3


@pytest.mark.parametrize("uri", ["gs://bucket/RankerTrainer/model/12", "root/pipeline/run-1/ranker/model"])
def test_a_place_that_a_rerun_could_not_find_is_none(uri: str) -> None:
    assert checkpoints.state_folder(uri, SETTINGS, INPUTS) is None


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    folder = tmp_path / ".checkpoints" / "key"
    checkpoints.save(folder, {"a": np.arange(3)}, {"epoch": 1})
    checkpoints.save(folder, {"a": np.arange(4, dtype=np.float32)}, {"epoch": 2, "best": float("-inf")})
    kept = checkpoints.load(folder)
    assert kept is not None
    arrays, facts = kept
    np.testing.assert_array_equal(arrays["a"], np.arange(4, dtype=np.float32))
    assert list(arrays) == ["a"]
    assert facts == {"epoch": 2, "best": float("-inf")}


def test_nothing_or_a_damaged_file_is_a_fresh_start(tmp_path: Path) -> None:
    assert checkpoints.load(tmp_path) is None
    checkpoints.save(tmp_path, {"a": np.arange(1000)}, {})
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], whole[:200] + b"\xff" * 100 + whole[300:]):
        file.write_bytes(damaged)
        assert checkpoints.load(tmp_path) is None


def test_a_full_disk_keeps_the_state_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoints.save(tmp_path, {"a": np.arange(3)}, {"epoch": 1})

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(UserError, match=r"cannot keep the state of training in .*: No space left"):
            checkpoints.save(tmp_path, {"a": np.arange(9)}, {"epoch": 2})
    assert [path.name for path in tmp_path.iterdir()] == ["fit.npz"]
    kept = checkpoints.load(tmp_path)
    assert kept is not None
    assert kept[1] == {"epoch": 1}


def test_stale_checkpoints_of_a_stage_go_and_so_does_one_that_is_finished(tmp_path: Path) -> None:
    ours, stale = tmp_path / ".checkpoints" / "ours", tmp_path / ".checkpoints" / "stale"
    for folder in (ours, stale):
        checkpoints.save(folder, {}, {})
    checkpoints.remove_others(ours)
    assert ours.is_dir()
    assert not stale.exists()
    checkpoints.remove(ours)
    assert not ours.parent.exists()
