"""Writes docs/guide/configuration.md from the tree of settings: python -m tfx_pipeline.config.guide FILE.

A section's heading is the docstring of its class, a setting's meaning the docstring below its field.
"""

import inspect
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from models.settings import Settings
from tfx_pipeline.config.tree import Config

_INTRODUCTION = """# Configuration

Every setting has a default that works. A YAML file changes some of them, `--set` one at a time; `--set` wins, and \
the last one of a key wins. [configs/](../../configs/) holds three short files to start from.

```sh
.venv/bin/upnext run --data log --home home --config settings.yaml --set ranker.dimension=32 --set final_fit=false
.venv/bin/upnext compile --out pipeline.yaml --config settings.yaml
```

The file is a tree, as the keys below are:

```yaml
seed: 3
log:
  split: time
  test_share: 0.05
ranker:
  max_epochs: 20
```

An unknown key, a value of the wrong type or out of range stops the command with exit code 2 and one line that \
names the whole key. The settings of a run, defaults included, stand in `HOME/run.json`.

TFX's cache knows which settings a stage has: after a change of `ranker.*` the stages before the ranker are taken \
from the last run.

In a range `[` and `]` belong to it, `(` and `)` don't. This page is made from the settings themselves \
(`make guide`).
"""


def page() -> str:
    """The whole page, in Markdown."""
    tables = [_heading("", Config) + _table("", Config)]
    for name, section in _sections(Config):
        tables.append(_heading(f"`{name}`: ", section) + _table(f"{name}.", section))
    return "\n".join([_INTRODUCTION, *tables])


def _heading(name: str, section: type[Settings]) -> str:
    title, _, details = inspect.cleandoc(section.__doc__ or "").partition("\n")
    title = title.rstrip(".")
    text = f"## {name}{title[0].lower() + title[1:] if name else title}\n\n"
    details = " ".join(details.split())
    return f"{text}{details}\n\n" if details else text


def _table(path: str, section: type[Settings]) -> str:
    rows = ["| key | default | range | meaning |", "| --- | --- | --- | --- |"]
    rows += [
        f"| `{key}` | `{_default(field)}` | {_range(field)} | {' '.join((field.description or '').split())} |"
        for key, field in _settings(path, section)
    ]
    return "\n".join(rows) + "\n"


def _settings(path: str, section: type[Settings]) -> Iterator[tuple[str, FieldInfo]]:
    """Each setting with its whole key; those of the tree's own sections have tables of their own."""
    for name, field in section.model_fields.items():
        inner = field.annotation
        if not (isinstance(inner, type) and issubclass(inner, Settings)):
            yield f"{path}{name}", field
        elif section is not Config:
            yield from _settings(f"{path}{name}.", inner)


def _sections(section: type[Settings]) -> Iterator[tuple[str, type[Settings]]]:
    for name, field in section.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Settings):
            yield name, field.annotation


def _default(field: FieldInfo) -> str:
    """The default as YAML has it."""
    value = field.default
    if isinstance(value, tuple):
        elements = [
            f"{{{', '.join(f'{key}: {inner}' for key, inner in element.model_dump().items())}}}"
            if isinstance(element, Settings)
            else str(element)
            for element in value
        ]
        return f"[{', '.join(elements)}]"
    if isinstance(value, str):
        return value or "''"
    return json.dumps(value)


def _range(field: FieldInfo) -> str:
    """The range of a number, which may be absent: the tightest of the bounds on each side."""
    options = [option for option in get_args(field.annotation) if option is not type(None)]
    if len(options) == 1 and type(None) in get_args(field.annotation):
        field = FieldInfo.from_annotation(options[0])
    if field.annotation not in (int, float):
        return ""
    low, high = "(…", "…)"
    for bound in field.metadata:
        if isinstance(bound, Ge) and not low.startswith("(0"):
            low = f"[{bound.ge}"
        elif isinstance(bound, Gt):
            low = f"({bound.gt}"
        elif isinstance(bound, Le) and high == "…)":
            high = f"{bound.le}]"
        elif isinstance(bound, Lt):
            high = f"{bound.lt})"
    return f"{low}, {high}"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
