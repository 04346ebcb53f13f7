"""The stub refuses what Kubeflow's published models don't have: else the tests of submit would prove nothing."""

from typing import Any

import pytest

from tests.support.kfp_models import RefusedError, check, load_documents
from tests.support.submissions import PIPELINE, PLATFORM


@pytest.mark.parametrize(
    ("model", "data", "message"),
    [
        ("V2beta1Run", {"displayname": "x"}, "run: unknown field displayname"),
        ("V2beta1Run", {"display_name": 1}, "run.display_name: 1 is no str"),
        ("V2beta1Run", {"runtime_config": {"params": {}}}, "run.runtime_config: unknown field params"),
        ("V2beta1Run", {"runtime_config": {"parameters": []}}, "run.runtime_config.parameters: no object"),
        ("V2beta1Run", {"state": "DONE"}, "'DONE' is none of"),
        ("V2beta1RecurringRun", {"no_catchup": "true"}, "run.no_catchup: 'true' is no bool"),
        ("V2beta1RecurringRun", {"mode": 1}, "1 is none of"),
        ("V2beta1RecurringRun", {"trigger": {"cron": "x"}}, "run.trigger: unknown field cron"),
        ("V2beta1Filter", {"predicates": {}}, "run.predicates: no list"),
        ("V2beta1Filter", {"predicates": [{"operation": "IS"}]}, "'IS' is none of"),
    ],
)
def test_what_the_models_do_not_have_is_refused(model: str, data: Any, message: str):
    with pytest.raises(RefusedError, match=message):
        check(data, model, "run")


def test_what_the_models_have_is_taken():
    check(
        {"display_name": "x", "runtime_config": {"parameters": {"a": [1]}}, "state": "FAILED"},
        "V2beta1Run",
        "run",
    )
    check({"max_concurrency": 1, "no_catchup": True, "mode": "ENABLE"}, "V2beta1RecurringRun", "run")


@pytest.mark.parametrize(
    "text", ["a: 1", PIPELINE.replace("root:", "rot:"), PIPELINE + PLATFORM + "  more: 1\n"]
)
def test_what_kfps_loader_does_not_take_is_refused(text: str):
    load_documents(PIPELINE + PLATFORM)
    with pytest.raises(RefusedError, match="invalid pipeline spec"):
        load_documents(text)
