import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening_log.errors import UsageError
from tfx_pipeline.kubeflow.parameter_values import Parameter, parse_values, split_parameters

PARAMETERS = {
    "text": Parameter("STRING", required=True),
    "count": Parameter("NUMBER_INTEGER", required=False),
    "share": Parameter("NUMBER_DOUBLE", required=False),
    "yes": Parameter("BOOLEAN", required=False),
    "list": Parameter("LIST", required=False),
    "struct": Parameter("STRUCT", required=False),
}


def test_values_have_the_parameters_own_types():
    texts = ["text=7", "count=-3", "share=2", "yes=false", "list=[1, 2]", 'struct={"a": 1}']
    values = parse_values(PARAMETERS, split_parameters(texts))
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
    assert parse_values(PARAMETERS, {"text": text}) == {"text": text}


@given(st.sampled_from(["count", "share", "yes", "list", "struct"]), st.text())
def test_any_text_is_a_value_that_json_can_carry_or_wrong_usage(name: str, text: str):
    try:
        value = parse_values(PARAMETERS, {"text": "", name: text})[name]
    except UsageError:
        return
    json.dumps(value, allow_nan=False)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"text": "", "txt": "3"}, "--param txt: the pipeline has no such parameter; did you mean text?"),
        ({"text": "", "count": "many"}, "--param count=many: expected a whole number"),
        ({"text": "", "count": "true"}, "--param count=true: expected a whole number"),
        ({"text": "", "list": "[NaN]"}, r"--param list=\[NaN\]: expected a list in JSON"),
        ({}, "the pipeline has no default for text: give --param text=VALUE"),
    ],
)
def test_wrong_parameters_are_named(texts: dict[str, str], message: str):
    with pytest.raises(UsageError, match=message):
        parse_values(PARAMETERS, texts)
