import re
from dataclasses import replace
from typing import Any

import pytest

from listening_log.errors import UsageError
from tests.support.kfp_stub import KfpStub
from tests.support.submissions import run
from tfx_pipeline.kubeflow.submit.submission import Submission, with_seconds

pytest_plugins = ["tests.support.submissions"]


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 3 * * *", "0 0 3 * * *"),
        ("30 0 3 * * MON-FRI", "30 0 3 * * MON-FRI"),
        (" */15 0-6/2 1,15 jan ? ", "0 */15 0-6/2 1,15 jan ?"),
    ],
)
def test_a_schedule_has_its_seconds(cron: str, expected: str):
    assert with_seconds(cron) == expected


@pytest.mark.parametrize("cron", ["daily", "0 3 *", "0 0 3 * * * *"])
def test_what_is_no_schedule_is_refused(cron: str):
    with pytest.raises(UsageError, match="expected five fields"):
        with_seconds(cron)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"params": ("data_dri=x",)},
            "--param data_dri: the pipeline has no such parameter; did you mean data_dir?",
        ),
        (
            {"params": ("xyz=x",)},
            "no such parameter; it has countries, data_dir, final_fit, gates, seed, share, spans",
        ),
        ({"params": ()}, "the pipeline has no default for data_dir: give --param data_dir=VALUE"),
        ({"params": ("data_dir",)}, "--param data_dir: expected name=value"),
        ({"params": ("data_dir=a", "data_dir=b")}, "--param data_dir: given twice"),
        ({"params": ("data_dir=a", "seed=1.5")}, "--param seed=1.5: expected a whole number"),
        ({"params": ("data_dir=a", "share=nan")}, "--param share=nan: expected a finite number"),
        ({"params": ("data_dir=a", "final_fit=yes")}, "--param final_fit=yes: expected true or false"),
        ({"params": ("data_dir=a", "gates=[]")}, "--param gates=[]: expected an object in JSON"),
        ({"params": ("data_dir=a", "countries={}")}, "--param countries={}: expected a list in JSON"),
        (
            {"params": ("data_dir=a", "spans=1"), "backfill": (1, 2)},
            "--param spans: --backfill sets it for each run",
        ),
        ({"backfill": (3, 2)}, "--backfill 3 2: expected two spans"),
        ({"backfill": (0, 2)}, "--backfill 0 2: expected two spans"),
        ({"backfill": (1, 2), "cron": "0 3 * * *"}, "--recurring and --backfill: choose one"),
        ({"wait": True, "cron": "0 3 * * *"}, "--wait: a recurring run has no end"),
        ({"host": ""}, "--host: expected the address"),
        ({"host": "ftp://x"}, "--host: expected the address"),
        ({"host": "http://localhost:http"}, "--host: expected the address"),
        (
            {"host": "https://ann:pass@kubeflow.example.com"},
            "--host: expected an address without user, password",
        ),
    ],
)
def test_wrong_usage_is_told_before_anything_is_sent(
    submission: Submission, kfp_stub: KfpStub, changes: dict[str, Any], message: str
):
    with pytest.raises(UsageError, match=re.escape(message)):
        run(replace(submission, **changes))
    assert kfp_stub.requests == []
