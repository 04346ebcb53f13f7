import os
import subprocess
import sys

import pytest

from serving.lean_tensorflow import same_kernels, turn_off_onednn

VARIABLE = "TF_ENABLE_ONEDNN_OPTS"


@pytest.mark.parametrize(
    ("chosen", "is_imported", "expected"),
    [(None, False, "0"), ("1", False, "1"), (None, True, None)],
    ids=["nobody chose", "someone chose", "too late"],
)
def test_onednn_is_off_where_nobody_chose_and_it_still_counts(
    monkeypatch: pytest.MonkeyPatch, chosen: str | None, is_imported: bool, expected: str | None
) -> None:
    monkeypatch.setenv(VARIABLE, chosen or "")  # what the function sets is undone after the test
    if chosen is None:
        monkeypatch.delenv(VARIABLE)
    monkeypatch.setitem(sys.modules, "tensorflow.python", sys)
    if not is_imported:
        monkeypatch.delitem(sys.modules, "tensorflow.python")

    turn_off_onednn()

    assert os.environ.get(VARIABLE) == expected


@pytest.mark.parametrize(
    ("chosen", "is_imported", "expected"),
    [(None, True, "1"), ("0", True, "0"), ("1", True, "1"), (None, False, "0")],
    ids=["imported by default", "imported without", "imported with", "not imported"],
)
def test_another_process_computes_as_this_one(
    monkeypatch: pytest.MonkeyPatch, chosen: str | None, is_imported: bool, expected: str
) -> None:
    monkeypatch.setenv(VARIABLE, chosen or "")
    if chosen is None:
        monkeypatch.delenv(VARIABLE)
    monkeypatch.setitem(sys.modules, "tensorflow.python", sys)
    if not is_imported:
        monkeypatch.delitem(sys.modules, "tensorflow.python")
    assert same_kernels() == {VARIABLE: expected}


def test_a_process_that_loads_a_model_chooses_before_tensorflow_is_imported() -> None:
    program = """
import os, sys
from serving.loaded_model import LoadedModel
assert "tensorflow.python" not in sys.modules
try:
    LoadedModel("no such folder")
except Exception:
    print(os.environ["TF_ENABLE_ONEDNN_OPTS"])
"""
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert done.stdout == "0\n", done.stderr
