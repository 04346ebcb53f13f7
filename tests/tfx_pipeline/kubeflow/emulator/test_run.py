"""A run of a compiled pipeline leaves a record of what it was asked for and how it ended."""

import io
from pathlib import Path
from typing import Any

import pytest

from listening_log.errors import UsageError, UserError
from tests.tfx_pipeline.kubeflow.emulator.toy import executor, specification, task
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.run_record import last_run
from tfx_pipeline.kubeflow.compiled_file import CompiledPipeline
from tfx_pipeline.kubeflow.emulator.run import run_compiled
from tfx_pipeline.terminal.exit_codes import REFUSED

TEXT = {"parameterType": "STRING", "defaultValue": ""}
PARAMETERS = {"data_dir": TEXT, "spans": TEXT, "destination": TEXT}


def run(home: Home, behaviour: dict[str, Any], texts: dict[str, str]) -> int:
    spec = specification({"a": task("a")}, {"a": executor(**behaviour)}, **PARAMETERS)
    home.prepare()
    return run_compiled(CompiledPipeline(Path("pipeline.yaml"), spec, {}), home, texts, io.StringIO())


def test_a_run_is_recorded_with_its_parameters_and_its_exit_code(tmp_path: Path):
    home = Home(tmp_path)
    assert run(home, {}, {"data_dir": "log", "spans": "2"}) == REFUSED  # nothing was blessed
    record = last_run(home)
    assert (record.data_dir, record.spans) == ("log", "2")
    assert record.parameters["destination"] == str(home.serving)
    assert (record.exit_code, record.ended) == (REFUSED, "refused by a gate")


def test_a_failed_run_is_recorded_as_one(tmp_path: Path):
    home = Home(tmp_path)
    with pytest.raises(
        UserError, match=r"^stage a failed: ValueError: no such track \(details: .*/a\.log\)$"
    ):
        run(home, {"fail": str(tmp_path / "count"), "why": "no such track"}, {})
    record = last_run(home)
    assert record.exit_code == 1
    assert str(record.ended).startswith("failed: stage a failed")


def test_a_refused_parameter_leaves_no_record(tmp_path: Path):
    home = Home(tmp_path)
    with pytest.raises(UsageError, match="no such parameter"):
        run(home, {}, {"data_dri": "log"})
    assert not home.run_file.exists()
