from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening_log.errors import UsageError
from models.settings import Settings
from tfx_pipeline.config.loading import apply_overrides, build, read_yaml


class Inner(Settings):
    size: int = 3
    rate: float = 0.5
    mode: Literal["fast", "good"] = "fast"
    sizes: tuple[int, ...] = (1, 2)
    name: str | None = None


class Outer(Settings):
    on: bool = True
    inner: Inner = Inner()


def test_what_is_absent_keeps_its_default():
    assert build(Outer, {"inner": {"size": 4}}) == Outer(inner=Inner(size=4))


def test_an_empty_section_is_all_defaults():
    assert build(Outer, {"inner": None}) == Outer()


def test_every_kind_of_value_is_read():
    values = {"size": 4, "rate": 2, "mode": "good", "sizes": [5], "name": "x"}
    assert build(Inner, values) == Inner(size=4, rate=2.0, mode="good", sizes=(5,), name="x")


def test_an_optional_value_may_be_nothing():
    assert build(Inner, {"name": None}).name is None


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("inner.size=abc", "inner.size: expected a whole number, got the text 'abc'"),
        ("inner.size=1.5", "inner.size: expected a whole number, got 1.5"),
        ("inner.size=true", "inner.size: expected a whole number, got true"),
        ("inner.size=", "inner.size: expected a whole number, got nothing"),
        ("inner.rate=fast", "inner.rate: expected a number, got the text 'fast'"),
        ("inner.rate=.nan", "inner.rate: expected a finite number, got nan"),
        ("inner.mode=slow", "inner.mode: expected one of fast, good, got the text 'slow'"),
        ("inner.sizes=3", "inner.sizes: expected a list, got 3"),
        ("inner.sizes=[1, x]", "inner.sizes[1]: expected a whole number, got the text 'x'"),
        ("inner.name=3", "inner.name: expected text, got 3"),
        ("inner=3", "inner: expected a section of keys, got 3"),
        ("on=1", "on: expected true or false, got 1"),
        ("on={a: 1}", "on: expected true or false, got a section of keys"),
        ("inner.sise=3", "inner.sise: unknown key; did you mean inner.size?"),
        ("zzz=3", "zzz: unknown key; known keys: on, inner"),
    ],
)
def test_a_wrong_value_stops_with_its_path(override: str, message: str):
    with pytest.raises(UsageError) as caught:
        build(Outer, apply_overrides({}, [override]))
    assert str(caught.value) == message


@pytest.mark.parametrize("override", ["inner.size", "=3", "inner.sizes=[1"])
def test_an_override_that_is_no_key_and_value_is_refused(override: str):
    with pytest.raises(UsageError, match="--set"):
        apply_overrides({}, [override])


def test_a_key_below_a_single_value_is_refused():
    with pytest.raises(UsageError, match=r"inner\.size\.x: size is a single value"):
        apply_overrides({"inner": {"size": 3}}, ["inner.size.x=1"])


def test_the_last_override_wins_and_the_given_values_stay():
    values = {"inner": {"size": 3}}
    assert apply_overrides(values, ["inner.size=4", "inner.size=5"]) == {"inner": {"size": 5}}
    assert values == {"inner": {"size": 3}}


def test_numbers_with_an_exponent_are_numbers():
    assert build(Inner, apply_overrides({}, ["rate=1e-3", "size=2e3"])) == Inner(size=2000, rate=0.001)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_as_python_prints_it_is_read_back(number: float):
    assert build(Inner, apply_overrides({}, [f"rate={number!r}"])).rate == number


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: [1", "is no YAML"),
        (b"- a\n- b\n", "holds a list, not a mapping"),
        (b"\xff\xfe", "no text in UTF-8"),
        (b"a: !!python/object:os.system {}", "is no YAML"),
    ],
)
def test_a_file_that_is_no_mapping_is_refused_in_one_line(tmp_path: Path, content: bytes, message: str):
    path = tmp_path / "config.yaml"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=message) as caught:
        read_yaml(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path):
    with pytest.raises(UsageError, match="cannot read the configuration"):
        read_yaml(tmp_path / "none.yaml")


def test_an_empty_file_is_an_empty_mapping(tmp_path: Path):
    path = tmp_path / "config.yaml"
    path.write_text("# nothing yet\n")
    assert read_yaml(path) == {}
