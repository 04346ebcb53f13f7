"""The Python of the guides is right: scripts have the right types, and parts of files use what the files have."""

import ast
import builtins
import importlib
import inspect
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from types import ModuleType

import pytest

from models import names
from tests.conftest import ROOT
from tests.support.guide_code import PAGES, Block, blocks, python_blocks

NEW_STAGE = "components/coverage/"
"""The folder of the stage that a guide adds."""
HOW_TO_CHANGE = [ROOT / "docs/guide/add-a-feature.md", ROOT / "docs/guide/add-a-stage.md"]
PACKAGES = ("models", "listening_log", "components", "serving", "surfaces", "tfx_pipeline", "tests")
SCRIPTS = [block for block in python_blocks() if block.is_whole and not block.file.startswith(NEW_STAGE)]
PARTS = [block for block in python_blocks() if not block.is_whole and block.file]
PART_OF = ("{}", "{{{}}}", "call({})", "[0 {}]")
"""What a part of a statement stands in: itself, a dictionary, a call, a comprehension."""


def test_every_block_is_a_script_or_part_of_a_file_that_the_text_names():
    assert [block.name for block in python_blocks() if not (block.is_whole or block.file)] == []


def test_scripts_have_the_right_types(tmp_path: Path):
    files = [tmp_path / f"{block.page.stem.replace('-', '_')}_{block.line}.py" for block in SCRIPTS]
    for file, block in zip(files, SCRIPTS, strict=True):
        file.write_text(block.text)
    check = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), *map(str, files)],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert check.returncode == 0, check.stdout


@pytest.mark.parametrize("block", SCRIPTS, ids=lambda block: block.name)
def test_a_scripts_imports_are_there(block: Block):
    imports = [node for node in ast.parse(block.text).body if isinstance(node, ast.Import | ast.ImportFrom)]
    exec(compile(ast.Module(imports, []), block.name, "exec"), {})


@pytest.mark.parametrize("block", PARTS, ids=lambda block: block.name)
def test_a_part_of_a_file_uses_names_that_the_file_has(block: Block):
    source = (ROOT / block.file).read_text(encoding="utf-8")
    known = set(re.findall(r"\w+", source)) | words_of_blocks(block.page) | set(vars(builtins))
    used = {name for tree in parts(block) for name in names_in(tree)}
    assert used - known == set()


@pytest.mark.parametrize("page", HOW_TO_CHANGE, ids=lambda page: page.stem)
def test_a_name_in_the_text_is_one_of_the_code(page: Path):
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    shown = re.findall(r"`([A-Za-z_][\w.]*\w)(?:\(.*?\))?`", text)
    code = {name for name in shown if not re.search(r"\.(py|md|pbtxt)$", name)}
    missing = {name for name in code if not set(name.split(".")) <= words_of_source() | words_of_blocks(page)}
    assert missing == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_file_that_a_page_names_is_there(page: Path):
    tops = "|".join((*PACKAGES, "benchmarks", "configs", "docs", "scripts"))
    text = page.read_text(encoding="utf-8")
    paths = set(re.findall(rf"`((?:{tops})/[\w./-]+)`", text))
    new = {path for path in paths if path.startswith((NEW_STAGE, f"tests/{NEW_STAGE}"))}
    ignored = {"tfx_pipeline/notebook/work/"}
    assert [path for path in sorted(paths - new - ignored) if not (ROOT / path).exists()] == []


def parts(block: Block) -> Iterator[ast.AST]:
    """Parses a block whose parts, which an empty line separates, stand at several depths of a file."""
    for part in re.split(r"\n\n(?=\s*\S)", block.text):
        text = textwrap.dedent(part)
        for form in PART_OF:
            try:
                yield ast.parse(form.format(f"{text}\n"))
                break
            except SyntaxError:
                continue
        else:
            raise AssertionError(f"{block.name} is no Python:\n{text}")


def names_in(tree: ast.AST) -> Iterator[str]:
    """Names that a part reads, and attributes of `self` and `names`; not those that it binds."""
    bound = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in {*bound, "call"}:
            yield node.id
        elif isinstance(node, ast.Attribute) and is_ours(node):
            yield node.attr


def is_ours(node: ast.Attribute) -> bool:
    """Whether an attribute is one of `self`, or a constant that `models.names` doesn't have yet."""
    owner = ast.unparse(node.value)
    return owner == "self" or (owner == "names" and not hasattr(names, node.attr))


@cache
def words_of_blocks(page: Path) -> set[str]:
    """What the blocks of a page bind: names, arguments, functions, classes, attributes of `self`."""
    words: set[str] = set()
    for block in blocks(page, "python"):
        for match in re.finditer(
            r"(?:def|class) (\w+)|(?:self\.)?(\w+)(?:: [\w.\[\]]+)? = |(\w+): ", block.text
        ):
            words |= {word for word in match.groups() if word}
    return words


@cache
def words_of_source() -> set[str]:
    """All words of our packages and of their schemas."""
    files = [
        file
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.suffix in (".py", ".pbtxt")
    ]
    return {word for file in files for word in re.findall(r"\w+", file.read_text(encoding="utf-8"))}


@pytest.fixture
def guide_stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The module of the component that docs/guide/add-a-stage.md writes, beside the real components."""
    from components.common import artifacts, records, stage
    from components.common.code_digest import code_digest

    folder = tmp_path / "components"
    folder.mkdir()
    for path in (ROOT / "components").iterdir():
        (folder / path.name).symlink_to(path)
    (tmp_path / NEW_STAGE).mkdir()
    (tmp_path / NEW_STAGE / "__init__.py").touch()
    for block in blocks(HOW_TO_CHANGE[1], "python"):
        for module in (records, artifacts):
            if block.file == f"{module.__name__.replace('.', '/')}.py":
                content = dict(vars(module))
                exec(block.text, content)
                (added,) = content.keys() - vars(module).keys() - {"__builtins__"}
                monkeypatch.setattr(module, added, content[added], raising=False)
        if block.file.startswith(NEW_STAGE):
            (tmp_path / block.file).write_text(block.text)

    import components

    monkeypatch.setattr(components, "__path__", [*components.__path__, str(folder)])
    monkeypatch.setattr(stage, "code_digest", partial(code_digest, path=(str(tmp_path), str(ROOT))))
    yield importlib.import_module("components.coverage.component")
    for name in [name for name in sys.modules if name.startswith("components.coverage")]:
        del sys.modules[name]


def test_the_guides_stage_is_a_component_whose_run_calls_its_function(
    guide_stage: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from tfx.types import Channel, standard_artifacts

    inputs = {
        "model": standard_artifacts.Model,
        "catalog": standard_artifacts.Examples,
        "catalog_transform": standard_artifacts.TransformGraph,
    }
    config = guide_stage.CoverageConfig(first=7)
    channels = {name: Channel(type=kind) for name, kind in inputs.items()}
    component = guide_stage.Coverage(config, seed=3, **channels)
    measure = importlib.import_module("components.coverage.measure")
    signature, calls = inspect.signature(measure.measure), []
    monkeypatch.setattr(measure, "measure", lambda *args, **kwargs: calls.append((args, kwargs)))
    artifacts = {name: [kind()] for name, kind in inputs.items()}
    for name, (artifact,) in artifacts.items():
        artifact.uri = f"uri of {name}"
    report = component.outputs["report"].type()
    report.uri = str(tmp_path)

    guide_stage.Executor().Do(artifacts, {"report": [report]}, dict(component.exec_properties))

    ((args, kwargs),) = calls
    assert signature.bind(*args, **kwargs).arguments == {
        "config": config,
        "seed": 3,
        "out_uri": str(tmp_path),
        **{f"{name}_uri": f"uri of {name}" for name in inputs},
    }
    assert report.type_name == "components.CoverageReport"


def test_the_guides_record_is_read_as_it_was_written(guide_stage: ModuleType, tmp_path: Path):
    from components.common import records

    record = vars(records)["Coverage"](share=float("nan"), items=4)
    record.write(str(tmp_path))
    assert (tmp_path / "coverage.json").read_text().replace(" ", "").replace(
        "\n", ""
    ) == '{"share":null,"items":4}'
    assert type(record).read(str(tmp_path)).items == 4
