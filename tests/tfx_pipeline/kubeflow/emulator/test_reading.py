"""A compiled file and its parameters are checked before anything runs."""

from pathlib import Path
from typing import Any

import pytest

from listening_log.errors import UsageError, UserError
from tests.tfx_pipeline.kubeflow.emulator.toy import specification
from tfx_pipeline.kubeflow.emulator.reading import parameter_values, read_compiled

SPEC = specification(
    {},
    {},
    data_dir={"parameterType": "STRING", "defaultValue": "/mnt/data"},
    seed={"parameterType": "NUMBER_INTEGER", "defaultValue": 17},
    share={"parameterType": "NUMBER_DOUBLE"},
)


def test_what_is_not_given_has_its_default() -> None:
    assert parameter_values(SPEC, {"share": "0.5"}) == {"data_dir": "/mnt/data", "seed": 17, "share": 0.5}


def test_text_stays_text_and_numbers_become_numbers() -> None:
    values = parameter_values(SPEC, {"data_dir": "7", "seed": "3", "share": "1"})
    assert values == {"data_dir": "7", "seed": 3, "share": 1}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"share": "1", "sed": "3"}, "--param sed: the pipeline has no such parameter; did you mean seed"),
        ({"share": "1", "seed": "many"}, "--param seed: expected NUMBER_INTEGER, got 'many'"),
        ({"share": "1", "seed": "true"}, "--param seed: expected NUMBER_INTEGER, got 'true'"),
        ({}, "--param share: the pipeline has no default"),
    ],
)
def test_wrong_parameters_are_named(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parameter_values(SPEC, given)


@pytest.mark.parametrize(
    ("content", "message"),
    [("a: [", "is no YAML"), ("a: 1", "is no compiled pipeline"), ("", "is no compiled pipeline")],
)
def test_another_file_is_refused(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "p.yaml").write_text(content)
    with pytest.raises(UserError, match=message):
        read_compiled(tmp_path / "p.yaml")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"cannot read .*p\.yaml: No such file"):
        read_compiled(tmp_path / "p.yaml")
