"""Holds what a client sends to the models that Kubeflow Pipelines publishes (`kfp_server_api`).

Their own reading drops unknown fields and turns types into one another; the API server refuses both.
"""

import re
from typing import Any

import kfp_server_api
from kfp import components

INT64 = (
    "max_concurrency",
    "long_value",
    "interval_second",
)  # `str` in the models; protobuf takes numbers too
CAMEL = {"V2beta1Predicate"}  # the SDK sends some of its names as protobuf's JSON has them
NUMBERED = {"V2beta1PredicateOperation"}  # enumerations that the SDK sends by number, as protobuf allows


class RefusedError(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def check(data: Any, kind: str, where: str) -> None:
    """Checks that data are of `kind`, a type as KFP's published models name it.

    Raises:
        RefusedError: they are not.
    """
    if kind == "object" or data is None:
        return
    if match := re.fullmatch(r"list\[(.*)\]", kind):
        expect(isinstance(data, list), f"{where}: no list")
        for item in data:
            check(item, match[1], where)
    elif match := re.fullmatch(r"dict\(str, (.*)\)", kind):
        expect(isinstance(data, dict), f"{where}: no object")
        for name, item in data.items():
            check(item, match[1], f"{where}.{name}")
    elif kind in ("str", "bool", "int", "datetime"):
        native = {"bool": bool, "int": int}.get(kind, str)
        as_number = where.rpartition(".")[2] in INT64 and type(data) is int
        expect(type(data) is native or as_number, f"{where}: {data!r} is no {kind}")
    else:
        check_model(data, getattr(kfp_server_api.models, kind), where)


def check_model(data: Any, model: Any, where: str) -> None:
    if not model.openapi_types:  # an enumeration
        allowed = [
            *model.allowable_values,
            *(range(len(model.allowable_values)) if model.__name__ in NUMBERED else ()),
        ]
        expect(data in allowed, f"{where}: {data!r} is none of {allowed}")
        return
    expect(isinstance(data, dict), f"{where}: no object")
    names = {name: attribute for attribute, name in model.attribute_map.items()}
    camel = {re.sub("_(.)", lambda match: match[1].upper(), name): name for name in names}
    for field, value in data.items():
        name = camel.get(field, field) if model.__name__ in CAMEL else field
        expect(name in names, f"{where}: unknown field {field}")
        check(value, model.openapi_types[names[name]], f"{where}.{name}")


def expect(is_true: bool, message: str, status: int = 400) -> None:
    if not is_true:
        raise RefusedError(status, message)


def load_documents(text: str) -> None:
    """Loads a specification with KFP's loader.

    Raises:
        RefusedError: the loader does not take it.
    """
    try:
        components.load_component_from_text(text)
    except Exception as error:
        raise RefusedError(400, f"invalid pipeline spec: {error}") from error
