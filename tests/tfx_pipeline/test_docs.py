"""The guides tell what there is: every setting with its default and range, and the flags of our modules."""

import importlib
import json
import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from listening_log.errors import UsageError
from tests.conftest import ROOT
from tfx_pipeline.config.tree import Config, load_config

PAGE = (ROOT / "docs/guide/configuration.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([\w.]+)` \| `(.*?)` \| (.*?) \|", PAGE, re.MULTILINE)
RANGES = [(key, interval) for key, _, interval in ROWS if interval]
GUIDES = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "benchmarks/README.md"]
MODULES = {
    "serving.model_server": "serving.options",
    "benchmarks.home": "benchmarks.home.__main__",
    "benchmarks.hurt": "benchmarks.hurt.__main__",
}  # where the flags are, if elsewhere
COMMANDS = [
    line
    for page in GUIDES
    for line in re.findall(r"^\.venv/bin/python -m .*", page.read_text(), re.MULTILINE)
]
TOGETHER = {  # settings that have to give way to try a range's ends
    "log.eval_share": "log.test_share=1e-12",
    "log.test_share": "log.eval_share=1e-12",
    "ranker.dimension": "ranker.heads=1",
    "ranker.heads": "ranker.dimension=64",
}


def leaves(tree: dict[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", list(value) if isinstance(value, tuple) else value


SETTINGS = dict(leaves(json.loads(Config().to_json())))


def load(key: str, value: float) -> None:
    load_config(None, [f"{key}={value}", *filter(None, [TOGETHER.get(key)])])


def test_the_guide_tells_every_key_with_its_default_and_no_other():
    assert {key: yaml.safe_load(default) for key, default, _ in ROWS} == SETTINGS


def test_the_guide_tells_a_range_of_every_number():
    numbers = {key for key, value in SETTINGS.items() if not isinstance(value, bool | str | list)}
    assert {key for key, _ in RANGES} == numbers


@pytest.mark.parametrize(("key", "interval"), RANGES)
def test_the_ranges_of_the_guide_are_those_that_hold(key: str, interval: str):
    match = re.fullmatch(r"([\[(])(\d+), (\d+|…)([\])])", interval)
    assert match is not None
    step = 1 if isinstance(SETTINGS[key], int) else 1e-9
    low, below = int(match[2]), int(match[2]) - step
    within, outside = (low, below) if match[1] == "[" else (low + step, low)
    load(key, within)
    with pytest.raises(UsageError, match=re.escape(key)):
        load(key, outside)
    if match[3] == "…":
        return
    high = int(match[3])
    within, outside = (high, high + step) if match[4] == "]" else (high - step, high)
    load(key, within)
    with pytest.raises(UsageError, match=re.escape(key)):
        load(key, outside)


def test_the_example_of_a_file_is_a_configuration(tmp_path):
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "settings.yaml"
    path.write_text(block)

    config = load_config(path)

    assert (config.seed, config.log.split, config.ranker.max_epochs) == (3, "time", 20)


@pytest.mark.parametrize("line", COMMANDS)
def test_a_modules_flags_in_the_guides_are_understood(line: str):
    module, *words = shlex.split(line)[2:]
    parser = importlib.import_module(MODULES.get(module, module))._parser()
    parser.parse_args(words)
