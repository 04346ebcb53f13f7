"""The guide to the settings is the one that they make, and the recipes are configurations."""

from pathlib import Path

import pytest

from tests.conftest import ROOT
from tfx_pipeline.config.guide import page
from tfx_pipeline.config.tree import Config, load_config

RECIPES = sorted((ROOT / "configs").glob("*.yaml"))


def test_the_guide_is_current():
    written = (ROOT / "docs/guide/configuration.md").read_text(encoding="utf-8")
    assert written == page(), "run `make guide`"


def test_there_are_three_recipes():
    assert [path.stem for path in RECIPES] == ["cluster", "laptop", "public-log"]


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_is_a_configuration_that_says_only_what_differs(path: Path):
    config = load_config(path)
    assert config != Config()
    assert config.model_dump(exclude_defaults=True) == config.model_dump(exclude_unset=True)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_begins_with_what_it_is_for(path: Path):
    assert path.read_text(encoding="utf-8").startswith("# ")
