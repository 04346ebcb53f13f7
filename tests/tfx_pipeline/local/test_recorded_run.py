import errno
import os
from pathlib import Path

import pytest

from listening_log.errors import UserError
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.run_record import RunRecord, last_run
from tfx_pipeline.local.recorded_run import record_run

RECORD = RunRecord(data_dir="/log")


@pytest.mark.parametrize(("code", "ended"), [(0, "done"), (3, "refused by a gate")])
def test_an_exit_code_is_noted_and_returned(tmp_path: Path, code: int, ended: str):
    assert record_run(Home(tmp_path), RECORD, lambda: code) == code
    record = last_run(Home(tmp_path))
    assert (record.data_dir, record.exit_code, record.ended) == ("/log", code, ended)


@pytest.mark.parametrize(
    ("error", "kind", "ended"),
    [
        (KeyboardInterrupt(), KeyboardInterrupt, "stopped"),
        (UserError("no events"), UserError, "failed: no events"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), UserError, "failed: the disk of"),
        (ValueError("odd"), ValueError, "failed: odd"),
    ],
)
def test_a_failure_is_noted_as_its_user_reads_it(
    tmp_path: Path, error: BaseException, kind: type[BaseException], ended: str
):
    def fail() -> int:
        raise error

    with pytest.raises(kind):
        record_run(Home(tmp_path), RECORD, fail)
    record = last_run(Home(tmp_path))
    assert record.exit_code == 1
    assert str(record.ended).startswith(ended)
