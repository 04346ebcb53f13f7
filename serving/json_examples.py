"""TF Serving's REST format of tf.Examples, for `:classify` and `:regress`."""

import base64
import binascii
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from serving.errors import INVALID_ARGUMENT, ServingError
from serving.json_tensors import B64, Json, is_base64

if TYPE_CHECKING:
    from tensorflow.core.example.example_pb2 import Example
    from tensorflow.core.example.feature_pb2 import Feature
    from tensorflow_serving.apis.input_pb2 import Input

_CONTEXT, _EXAMPLES = "context", "examples"
_NAMES: Final = {type(None): "Null", bool: "Boolean", dict: "Object", list: "Array", str: "String"}
_INT64: Final = range(-(1 << 63), 1 << 63)


def fill_examples(document: Mapping[str, Json], target: "Input") -> None:
    """Fills a request's input.

    Args:
        document: what `parse_body` read.
        target: gets the examples, and the context if there is one.

    Raises:
        ServingError: INVALID_ARGUMENT, in TF Serving's words.
    """
    if _EXAMPLES not in document:
        raise _invalid(f"When method is classify, key '{_EXAMPLES}' is expected and was not found")
    listed = document[_EXAMPLES]
    if not isinstance(listed, list):
        raise _invalid(f"Expecting '{_EXAMPLES}' value to be an list/array")
    if not listed:
        raise _invalid(f"'{_EXAMPLES}' value is an empty array")
    examples = target.example_list.examples
    if _CONTEXT in document:
        examples = target.example_list_with_context.examples
        _fill(document[_CONTEXT], target.example_list_with_context.context)
    for values in listed:
        _fill(values, examples.add())


def _fill(values: Json, example: "Example") -> None:
    if not isinstance(values, dict):
        raise _invalid(f"Example must be JSON object but got JSON {_type_name(values)}")
    for name, content in values.items():
        feature = example.features.feature[name]
        for value in content if isinstance(content, list) else [content]:
            _add(name, value, feature)


def _add(name: str, value: Json, feature: "Feature") -> None:
    if isinstance(value, float):
        _expect(name, feature, "float_list")
        feature.float_list.value.append(value)
    elif isinstance(value, int):  # True and False too
        if value not in _INT64:
            raise _invalid(f"Feature: {name} has uint64_t element. Only int64_t is supported.")
        _expect(name, feature, "int64_list")
        feature.int64_list.value.append(int(value))
    elif isinstance(value, str):
        _expect(name, feature, "bytes_list")
        feature.bytes_list.value.append(value.encode("utf-8", "surrogatepass"))
    elif isinstance(value, dict) and is_base64(value):
        _expect(name, feature, "bytes_list")
        try:
            feature.bytes_list.value.append(base64.b64decode(str(value[B64]), validate=True))
        except (ValueError, binascii.Error):
            raise _invalid("Unable to base64 decode") from None
    else:
        raise _invalid(f"Feature: {name} has element with unexpected JSON type: {_type_name(value)}")


def _expect(name: str, feature: "Feature", kind: str) -> None:
    """Refuses a value of another kind than those before it."""
    earlier = feature.WhichOneof("kind")
    if earlier not in (None, kind):
        expected = earlier.removesuffix("_list")
        raise _invalid(f"Unexpected element type in feature: {name} expecting type: {expected}")


def _type_name(value: Json) -> str:
    return _NAMES.get(type(value), "Number")


def _invalid(message: str) -> ServingError:
    return ServingError(INVALID_ARGUMENT, message)
