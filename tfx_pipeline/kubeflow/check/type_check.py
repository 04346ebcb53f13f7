"""Types of parameters and artifacts in a compiled pipeline, and whether values are of them."""

from collections.abc import Iterator
from typing import Any, Final

from tfx_pipeline.kubeflow.spec import Spec

FINAL_STATUS: Final = "TASK_FINAL_STATUS"
_NUMBERS: Final = ("NUMBER_INTEGER", "NUMBER_DOUBLE")
_KINDS: Final[dict[str, tuple[type, ...]]] = {
    "STRING": (str,),
    "NUMBER_INTEGER": (int, float),  # JSON has one kind of number
    "NUMBER_DOUBLE": (int, float),
    "BOOLEAN": (bool,),
    "LIST": (list,),
    "STRUCT": (dict,),
    FINAL_STATUS: (dict,),
}


def declared(place: str, parameter: Spec) -> Iterator[str]:
    """Yields what is wrong with the declaration of a parameter."""
    kind = parameter.get("parameterType")
    if kind not in _KINDS:
        yield f"{place}: has no type that Kubeflow knows: {kind}"
    elif "defaultValue" in parameter:
        yield from of_type(f"{place}.defaultValue", parameter["defaultValue"], parameter)


def of_type(place: str, value: Any, parameter: Spec) -> Iterator[str]:
    """Yields a finding if a value is not of a parameter's type."""
    kind = parameter.get("parameterType", "")
    wrong = not isinstance(value, _KINDS.get(kind, ())) or (isinstance(value, bool) and kind in _NUMBERS)
    if wrong or (kind == "NUMBER_INTEGER" and value != int(value)):
        yield f"{place}: expected {kind}, got {value!r}"


def same_type(place: str, found: Spec, wanted: Spec) -> Iterator[str]:
    """Yields a finding if a parameter gets its value from one of another type."""
    if found.get("parameterType") != wanted.get("parameterType"):
        yield f"{place}: expected {wanted.get('parameterType')}, comes from a {found.get('parameterType')}"


def artifact_type(declared: Spec) -> tuple[str, str] | None:
    """The type of a declared artifact, None if it has none."""
    kind = declared.get("artifactType", {})
    title = kind.get("schemaTitle") or kind.get("schemaUri") or ""
    schema = kind.get("instanceSchema") or ""
    return (title, schema) if title or schema else None
