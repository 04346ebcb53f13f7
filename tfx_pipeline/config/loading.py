"""Reads a tree of typed dataclasses from plain values: a YAML file, and `key=value` overrides.

An unknown key or a value of the wrong type raises UsageError, which names the key's whole path.
"""

import dataclasses
import difflib
import math
import re
import types
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar, Union

import yaml

from listening_log.errors import UsageError

T = TypeVar("T")


class _Loader(yaml.SafeLoader):
    """YAML as people write it: `1e-3` is a number too (YAML 1.1 takes it as text)."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(\d[\d_]*)(\.\d*)?[eE][-+]?\d+$"),
    list("-+0123456789"),
)


def read_yaml(path: str | Path) -> dict[str, Any]:
    """Reads a mapping from a YAML file; an empty file is an empty mapping."""
    try:
        content = yaml.load(Path(path).read_text(encoding="utf-8"), _Loader)
    except OSError as error:
        raise UsageError(f"cannot read the configuration {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"the configuration {path} is no text in UTF-8") from None
    except yaml.YAMLError as error:
        raise UsageError(f"the configuration {path} is no YAML: {_one_line(error)}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise UsageError(
            f"the configuration {path} holds {_describe(content)}, not a mapping of keys to values"
        )
    return content


def apply_overrides(values: Mapping[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """Returns `values` with each `a.b=value` set; the value is read as YAML, the last one wins."""
    merged = _copy(values)
    for override in overrides:
        key, equals, text = override.partition("=")
        key = key.strip()
        if not equals or not key:
            raise UsageError(f"--set {override}: expected key=value, as in --set ranker.dimension=32")
        try:
            value = yaml.load(text, _Loader)
        except yaml.YAMLError as error:
            raise UsageError(f"--set {key}: {text!r} is no YAML: {_one_line(error)}") from None
        *parents, last = key.split(".")
        place = merged
        for parent in parents:
            child = place.setdefault(parent, {})
            if not isinstance(child, dict):
                raise UsageError(f"{key}: {parent} is a single value, it has no keys of its own")
            place = child
        place[last] = value
    return merged


def build(cls: type[T], values: Mapping[str, Any], path: str = "") -> T:
    """Makes a `cls` (a dataclass, nested ones included) from `values`; what is absent keeps its default.

    Args:
        cls: a dataclass whose fields are dataclasses, bool, int, float, str, Literal, Optional of these, or
          `tuple[X, ...]`.
        values: the values by field name.
        path: the key of `cls` in the whole configuration, for messages.

    Raises:
        UsageError: a key is unknown, a value has the wrong type, or the dataclass itself refuses it.
    """
    kinds = typing.get_type_hints(cls)
    fields = [field.name for field in dataclasses.fields(cls)]  # type: ignore[arg-type]
    arguments = {}
    for key, value in values.items():
        if key not in fields:
            raise UsageError(_unknown(key, fields, path))
        arguments[key] = _convert(kinds[key], value, _join(path, key))
    try:
        return cls(**arguments)
    except ValueError as error:
        raise UsageError(f"{path or 'the configuration'}: {error}") from None


def _convert(kind: Any, value: Any, path: str) -> Any:
    if dataclasses.is_dataclass(kind):
        value = {} if value is None else value  # `ranker:` with nothing below it
        if not isinstance(value, Mapping):
            raise _wrong(path, "a section of keys", value)
        return build(typing.cast(type, kind), value, path)
    origin, choices = typing.get_origin(kind), typing.get_args(kind)
    if origin is Literal:
        if not any(value == choice and type(value) is type(choice) for choice in choices):
            raise _wrong(path, "one of " + ", ".join(map(str, choices)), value)
        return value
    if origin in (Union, types.UnionType):
        if value is None and type(None) in choices:
            return None
        (inner,) = (choice for choice in choices if choice is not type(None))
        return _convert(inner, value, path)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise _wrong(path, "a list", value)
        return tuple(_convert(choices[0], item, f"{path}[{place}]") for place, item in enumerate(value))
    return _scalar(kind, value, path)


def _scalar(kind: Any, value: Any, path: str) -> Any:
    if kind is bool and isinstance(value, bool):
        return value
    if kind is str and isinstance(value, str):
        return value
    if kind in (int, float) and isinstance(value, int | float) and not isinstance(value, bool):
        if not math.isfinite(value):
            raise _wrong(path, "a finite number", value)
        if kind is float:
            return float(value)
        if float(value).is_integer():
            return int(value)
    names = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}
    raise _wrong(path, names[kind], value)


def _wrong(path: str, expected: str, value: Any) -> UsageError:
    return UsageError(f"{path}: expected {expected}, got {_describe(value)}")


def _unknown(key: Any, fields: list[str], path: str) -> str:
    close = difflib.get_close_matches(str(key), fields, n=1)
    hint = f"did you mean {_join(path, close[0])}?" if close else f"known keys: {', '.join(fields)}"
    return f"{_join(path, str(key))}: unknown key; {hint}"


def _describe(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a section of keys"
    if isinstance(value, list):
        return "a list"
    return (
        f"the text {value!r}"
        if isinstance(value, str)
        else str(value).lower()
        if value is True or value is False
        else str(value)
    )


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _copy(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _copy(value) if isinstance(value, dict) else value for key, value in values.items()}


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
