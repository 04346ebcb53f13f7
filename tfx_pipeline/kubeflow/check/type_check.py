"""Types of parameters and artifacts in a compiled pipeline, and whether values are of them."""

from collections.abc import Iterator
from typing import Final

from pydantic import JsonValue

from tfx_pipeline.kubeflow.spec import Spec

_NUMBERS: Final = ("NUMBER_INTEGER", "NUMBER_DOUBLE")
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "STRING": (str,),
    "NUMBER_INTEGER": (int, float),  # JSON has one kind of number
    "NUMBER_DOUBLE": (int, float),
    "BOOLEAN": (bool,),
    "LIST": (list,),
    "STRUCT": (dict,),
    "TASK_FINAL_STATUS": (dict,),
}


def declaration_problems(place: str, parameter: Spec) -> Iterator[str]:
    """Yields what is wrong with the declaration of a parameter."""
    kind = parameter.get("parameterType")
    if kind not in _TYPES:
        yield f"{place}: has no type that Kubeflow knows: {kind}"
    elif "defaultValue" in parameter:
        yield from value_problems(f"{place}.defaultValue", parameter["defaultValue"], parameter)


def value_problems(place: str, value: JsonValue, parameter: Spec) -> Iterator[str]:
    """Yields a problem if a value is not of a parameter's type."""
    kind = parameter.get("parameterType", "")
    is_of_type = isinstance(value, _TYPES.get(kind, ())) and not (
        isinstance(value, bool) and kind in _NUMBERS
    )
    if not is_of_type or (kind == "NUMBER_INTEGER" and isinstance(value, float) and not value.is_integer()):
        yield f"{place}: expected {kind}, got {value!r}"


def origin_problems(place: str, origin: Spec, wanted: Spec) -> Iterator[str]:
    """Yields a problem if an input gets its value from a parameter or an artifact of another type."""
    if origin.get("parameterType") != wanted.get("parameterType"):
        yield f"{place}: expected {wanted.get('parameterType')}, comes from a {origin.get('parameterType')}"
    if artifact_type(origin) != artifact_type(wanted):
        yield f"{place}: expected an artifact of another type"


def artifact_type(declared: Spec) -> tuple[str, str] | None:
    """Returns the type of a declared artifact, None if it has none."""
    kind = declared.get("artifactType", {})
    title = kind.get("schemaTitle") or kind.get("schemaUri") or ""
    schema = kind.get("instanceSchema") or ""
    return (title, schema) if title or schema else None
