import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

OURS = {"models", "listening_log", "components", "serving", "surfaces", "tfx_pipeline"}
SITE = sysconfig.get_path("purelib")  # setuptools, once imported, puts copies of its own on sys.path


def locked_names() -> set[str]:
    text = (ROOT / "requirements.lock").read_text()
    return set(re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE))


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The distribution as containers install it, built from a copy of the sources."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ("setup.py", "pyproject.toml", "requirements.in", "README.md"):
        shutil.copy(ROOT / name, source)
    for name in (*OURS, "tests", "benchmarks"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    offline = ["--no-index", "--no-deps", "--no-build-isolation"]
    command = [sys.executable, "-m", "pip", "wheel", *offline, "--wheel-dir", str(folder), "."]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_no_locked_package_owns_a_name_of_ours():
    owners = importlib.metadata.packages_distributions()
    assert {owner for name in OURS for owner in owners.get(name, [])} <= {"upnext"}


def test_every_installed_package_is_locked():
    locked = {normalized(name) for name in locked_names()}
    installed = {
        normalized(package.metadata["Name"]) for package in importlib.metadata.distributions(path=[SITE])
    }
    assert installed - locked - {"upnext", "pip", "uv"} == set()


def test_every_locked_version_has_hashes():
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / "requirements.lock").read_text().strip())
    without = [block.splitlines()[0] for block in blocks if "==" in block and "--hash=sha256:" not in block]
    assert without == []


def test_the_wheel_holds_our_packages_and_nothing_else(wheel: Path):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if not name.startswith("upnext-")}
    assert tops == OURS


def test_the_wheel_holds_every_module_and_data_file(wheel: Path):
    packed = set(zipfile.ZipFile(wheel).namelist())
    sources = {
        str(path.relative_to(ROOT))
        for package in OURS
        for ending in ("py", "pbtxt", "json", "html", "css", "js", "svg")
        for path in (ROOT / package).rglob(f"*.{ending}")
    }
    assert sources - packed == set()


def test_the_wheel_runs_from_an_empty_folder(wheel: Path, tmp_path: Path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    (tmp_path / "empty").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tfx_pipeline.cli.main", "--help"],
        cwd=tmp_path / "empty",
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        check=True,
        capture_output=True,
        text=True,
    )
    assert "usage: upnext" in done.stdout


def test_the_command_is_installed():
    (entry,) = (e for e in importlib.metadata.entry_points(group="console_scripts") if e.name == "upnext")
    assert entry.value == "tfx_pipeline.cli.main:main"


def test_tests_are_packages_so_that_import_models_finds_ours():
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []
