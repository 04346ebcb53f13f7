"""Reads settings from plain values: a YAML file, and `key=value` overrides."""

import difflib
import json
import re
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias, TypeVar

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from listening_log.errors import UsageError, one_line
from models.settings import Settings
from tfx_pipeline.config.assignments import split_assignment

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"
"""What YAML has."""
Section = TypeVar("Section", bound=Settings)

_EXPECTED = {
    "bool_type": "true or false",
    "finite_number": "a finite number",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_type": "a whole number",
    "model_type": "a section of keys",
    "string_too_short": "text",
    "string_type": "text",
    "tuple_type": "a list",
}
"""What pydantic's kinds of errors say that was expected."""


class _Loader(yaml.SafeLoader):
    """YAML as people write it: `1e-3` is a number too (YAML 1.1 takes it as text)."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(\d[\d_]*)(\.\d*)?[eE][-+]?\d+$"),
    list("-+0123456789"),
)


def read_yaml(path: str | Path) -> dict[str, Value]:
    """Reads a mapping from a YAML file; an empty file is an empty mapping.

    Raises:
        UsageError: the file can't be read, or is no mapping in YAML.
    """
    try:
        content = yaml.load(Path(path).read_text(encoding="utf-8"), _Loader)
    except OSError as error:
        raise UsageError(f"cannot read the configuration {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"the configuration {path} is no text in UTF-8") from None
    except yaml.YAMLError as error:
        raise UsageError(f"the configuration {path} is no YAML: {one_line(error)}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise UsageError(
            f"the configuration {path} holds {_describe(content)}, not a mapping of keys to values"
        )
    return content


def apply_overrides(values: Mapping[str, Value], overrides: Sequence[str]) -> dict[str, Value]:
    """Returns `values` with each `a.b=value` set; the value is read as YAML, the last one wins.

    Raises:
        UsageError: an override is no `key=value`, or has a key below a single value.
    """
    merged = _copy(values)
    for override in overrides:
        key, text = split_assignment(override, "--set", "key=value", "ranker.dimension=32")
        try:
            value = yaml.load(text, _Loader)
        except yaml.YAMLError as error:
            raise UsageError(f"--set {key}: {text!r} is no YAML: {one_line(error)}") from None
        *parents, last = key.split(".")
        section = merged
        for parent in parents:
            child = section.setdefault(parent, {})
            if not isinstance(child, dict):
                raise UsageError(f"{key}: {parent} is a single value, it has no keys of its own")
            section = child
        section[last] = value
    return merged


def build(section: type[Section], values: Mapping[str, Value]) -> Section:
    """Makes a `section` (and those nested in it) from `values`; what is absent keeps its default.

    Raises:
        UsageError: a key is unknown, or a value has the wrong type or is out of range; the message names the
            key's whole path.
    """
    try:
        # JSON, as YAML has its types: a list for a tuple, and no other conversions
        return section.model_validate_json(json.dumps(_plain(values, section), default=str))
    except ValidationError as error:
        raise UsageError(_message(section, error.errors()[0])) from None


def _message(section: type[Settings], error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx", {})
    *parents, last = error["loc"] or ("",)
    path = _path(error["loc"])
    if kind == "extra_forbidden":
        return _unknown(str(last), list(_section_at(section, parents).model_fields), parents)
    if kind == "value_error":
        return f"{path}: {context['error']}" if path else str(context["error"])
    of_float = any(isinstance(limit, float) for limit in context.values())
    value = float(error["input"]) if of_float else error["input"]
    return f"{path}: expected {_expected(kind, context)}, got {_describe(value)}"


def _expected(kind: str, context: Mapping[str, object]) -> str:
    if kind == "literal_error":
        return "one of " + str(context["expected"]).replace(" or ", ", ").replace("'", "")
    if kind in ("less_than_equal", "greater_than_equal"):
        limit = context.get("le", context.get("ge"))
        if kind == "less_than_equal":
            return "a share from 0 to 1"  # no number has another upper end that belongs to it
        return f"{limit:g} or more"
    if kind == "greater_than":
        return f"more than {context['gt']:g}"
    if kind == "less_than":
        return "less than 2**31" if context["lt"] == 2**31 else f"less than {context['lt']:g}"
    return _EXPECTED[kind]


def _section_at(section: type[Settings], keys: Sequence[str | int]) -> type[Settings]:
    for key in keys:
        if isinstance(key, str):
            annotation = section.model_fields[key].annotation
            inner = typing.get_args(annotation)[0] if typing.get_origin(annotation) is tuple else annotation
            section = typing.cast(type[Settings], inner)
    return section


def _unknown(key: str, known: list[str], parents: Sequence[str | int]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean {_path([*parents, close[0]])}?" if close else f"known keys: {', '.join(known)}"
    return f"{_path([*parents, key])}: unknown key; {hint}"


def _path(keys: Sequence[str | int]) -> str:
    """The keys as a user writes them, `kubeflow.stages[0].retries`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")


def _describe(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a section of keys"
    if isinstance(value, list):
        return "a list"
    if value == "":
        return "nothing"
    return f"the text {value!r}" if isinstance(value, str) else str(value)


def _plain(values: Mapping[str, Value], section: type[Settings]) -> dict[str, Value]:
    """The values as JSON should have them: `2e3` is a whole number, `ranker:` alone a section of defaults."""
    fields = section.model_fields
    plain: dict[str, Value] = {}
    for key, value in values.items():
        annotation = fields[key].annotation if key in fields else None
        if isinstance(annotation, type) and issubclass(annotation, Settings):
            value = {} if value is None else value
            plain[key] = _plain(value, annotation) if isinstance(value, dict) else value
        else:
            plain[key] = _whole_numbers(value)
    return plain


def _whole_numbers(value: Value) -> Value:
    if isinstance(value, dict):
        return {key: _whole_numbers(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _copy(values: Mapping[str, Value]) -> dict[str, Value]:
    return {key: _copy(value) if isinstance(value, dict) else value for key, value in values.items()}
