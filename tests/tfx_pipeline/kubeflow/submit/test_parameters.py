import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening_log.errors import UsageError
from tests.support.kfp_stub import KfpStub
from tests.support.submissions import run
from tfx_pipeline.kubeflow.submit.file import Parameter
from tfx_pipeline.kubeflow.submit.parameters import checked_values
from tfx_pipeline.kubeflow.submit.submitting import Submission

pytest_plugins = ["tests.support.submissions"]


PARAMETERS = {
    "text": Parameter("STRING", required=True),
    "count": Parameter("NUMBER_INTEGER", required=False),
    "share": Parameter("NUMBER_DOUBLE", required=False),
    "yes": Parameter("BOOLEAN", required=False),
    "list": Parameter("LIST", required=False),
    "struct": Parameter("STRUCT", required=False),
}


def test_values_have_the_parameters_own_types():
    given = ["text=7", "count=-3", "share=2", "yes=false", "list=[1, 2]", 'struct={"a": 1}']
    values = checked_values(PARAMETERS, given)
    assert values == {
        "text": "7",
        "count": -3,
        "share": 2.0,
        "yes": False,
        "list": [1, 2],
        "struct": {"a": 1},
    }
    assert isinstance(values["share"], float)


@given(st.text())
def test_any_text_is_a_text(text: str):
    assert checked_values(PARAMETERS, [f"text={text}"]) == {"text": text}


@given(st.sampled_from(["count", "share", "yes", "list", "struct"]), st.text())
def test_any_text_is_a_value_that_json_can_carry_or_wrong_usage(name: str, text: str):
    try:
        value = checked_values(PARAMETERS, ["text=", f"{name}={text}"])[name]
    except UsageError:
        return
    json.dumps(value, allow_nan=False)


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
        ({"params": ("data_dir",)}, "--param data_dir: expected NAME=VALUE"),
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
