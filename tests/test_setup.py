"""The set-up scripts, with made machines: a PATH of stand-ins for Pythons, pyenv, pip and compilers."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

SCRIPTS = ROOT / "scripts"
TOOLS = (
    *("sh", "env", "sed", "sort", "head", "cut", "tr", "cat", "grep", "cksum", "date", "mkdir", "rm"),
    *("dirname", "pwd", "printf"),
)
REAL_PYTHON = Path(sys.executable).resolve()


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder with the bin/ of a machine that has the usual tools, but no Python and no compiler."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "home").mkdir()
    for tool in TOOLS:
        path = shutil.which(tool)
        if path:
            (tmp_path / "bin" / tool).symlink_to(path)
    return tmp_path


def command(path: Path, script: str) -> None:
    """Makes an executable of the shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def shell(machine: Path, script: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Runs a script on the machine, in the folder of the checkout's scripts."""
    settings = {"PATH": str(machine / "bin"), "HOME": str(machine / "home"), **env}
    return subprocess.run(
        [str(machine / "bin" / "sh"), "-c", script], cwd=SCRIPTS, env=settings, capture_output=True, text=True
    )


def find_python(machine: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return shell(machine, "set -eu; . ./find_python.sh; find_python310", **env)


def test_python310_on_the_path_is_taken(machine: Path):
    command(machine / "bin" / "python3.10", f'exec "{REAL_PYTHON}" "$@"')
    assert find_python(machine).stdout.strip() == str(REAL_PYTHON)


def test_a_shim_that_fails_is_passed_over_for_pyenvs_own(machine: Path):
    command(machine / "bin" / "python3.10", "echo 'pyenv: python3.10: command not found' >&2; exit 127")
    command(machine / "home/.pyenv/versions/3.10.9/bin/python3.10", f'exec "{REAL_PYTHON}" "$@"')
    assert find_python(machine).stdout.strip() == str(REAL_PYTHON)


def test_pyenv_is_found_where_its_root_says(machine: Path):
    command(machine / "elsewhere/versions/3.10.4/bin/python3.10", f'exec "{REAL_PYTHON}" "$@"')
    assert find_python(machine, PYENV_ROOT=str(machine / "elsewhere")).returncode == 0


def test_pyenvs_newest_version_is_tried_first(machine: Path):
    for version in ("3.10.2", "3.10.13", "3.10.9"):
        command(machine / f"home/.pyenv/versions/{version}/bin/python3.10", "exit 1")
    done = shell(machine, "set -eu; . ./find_python.sh; pyenv_pythons")
    versions = [Path(line).parent.parent.name for line in done.stdout.splitlines()]
    assert versions == ["3.10.13", "3.10.9", "3.10.2"]


def test_a_python_of_another_version_is_passed_over(machine: Path):
    # what a Python 3.11 does with the check: its assertion fails
    command(machine / "bin" / "python3", "exit 1")
    done = find_python(machine)
    assert (done.returncode, done.stdout) == (1, "")


@pytest.fixture
def checkout(machine: Path) -> Path:
    """A checkout on the machine, as far as set-up looks at it."""
    target = machine / "checkout"
    shutil.copytree(SCRIPTS, target / "scripts")
    for name in ("requirements.lock", "setup.py", "pyproject.toml"):
        shutil.copy(ROOT / name, target)
    return target


def set_up(checkout: Path) -> subprocess.CompletedProcess[str]:
    return shell(checkout.parent, f"sh {checkout}/scripts/setup.sh")


def with_compiler(checkout: Path) -> None:
    command(checkout.parent / "bin" / "c++", "cat >/dev/null")


def test_a_machine_without_a_compiler_is_told_so(checkout: Path):
    done = set_up(checkout)
    assert done.returncode == 1
    assert "there is no C++ compiler" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_machine_without_python310_is_told_what_to_do(checkout: Path):
    with_compiler(checkout)
    done = set_up(checkout)
    assert done.returncode == 1
    assert "Python 3.10 is needed" in done.stderr
    assert "pyenv install 3.10" in done.stderr
    assert done.stderr.count("\n") == 1


# A Python whose `-m venv` makes itself again, and whose `-m pip` notes what it is asked.
PYTHON_WITHOUT_INDEX = f"""
case "$*" in
"-m venv .venv") mkdir -p .venv/bin && cat "$0" >.venv/bin/python && chmod +x .venv/bin/python ;;
"-m pip config list") ;;
"-c import os, sys; print(os.path.realpath"*) echo "$0" ;;
"-m pip"*) echo "pip: $*" >>"$HOME/asked"; [ ! -e "$HOME/broken" ] ;;
*) exec "{REAL_PYTHON}" "$@" ;;
esac
"""

UV = """
[ "$*" = --version ] && exit
echo "uv: $*" >>"$HOME/asked"
[ ! -e "$HOME/no-index" ]
"""


@pytest.fixture
def ready_machine(checkout: Path) -> Path:
    """A checkout on a machine where pip works, and uv is installed but does nothing."""
    with_compiler(checkout)
    (checkout.parent / "bin" / "chmod").symlink_to(shutil.which("chmod") or "")
    command(checkout.parent / "bin" / "python3.10", PYTHON_WITHOUT_INDEX)
    # what `pip install --target .venv/installer` would leave
    command(checkout / ".venv/installer/bin/uv", UV)
    return checkout


def commands_run(checkout: Path) -> list[str]:
    """What pip and uv were asked to do, in order."""
    return (checkout.parent / "home" / "asked").read_text().splitlines()


def test_set_up_installs_the_lock_then_the_project(ready_machine: Path):
    done = set_up(ready_machine)
    assert done.returncode == 0, done.stderr
    lock, project = commands_run(ready_machine)
    assert lock.startswith("uv: pip sync")
    assert "--require-hashes requirements.lock" in lock
    assert project.endswith("--editable .")
    assert "--no-deps" in project
    assert all(line.startswith("set-up: ") for line in done.stdout.splitlines())


def test_a_second_set_up_does_nothing(ready_machine: Path):
    set_up(ready_machine)
    before = commands_run(ready_machine)
    done = set_up(ready_machine)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert commands_run(ready_machine) == before


def test_a_changed_lock_is_installed_again(ready_machine: Path):
    set_up(ready_machine)
    with (ready_machine / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    set_up(ready_machine)
    assert len(commands_run(ready_machine)) == 4


def test_a_checkout_that_moved_is_set_up_again(ready_machine: Path):
    set_up(ready_machine)
    moved = ready_machine.rename(ready_machine.with_name("moved"))
    assert set_up(moved).returncode == 0
    assert len(commands_run(moved)) == 4


def test_pip_installs_the_lock_where_uv_reaches_no_index(ready_machine: Path):
    (ready_machine.parent / "home" / "no-index").touch()
    done = set_up(ready_machine)
    assert done.returncode == 0, done.stderr
    assert "trying pip" in done.stdout
    assert "--no-deps --require-hashes -r requirements.lock" in commands_run(ready_machine)[1]


def test_a_failure_points_to_the_log_and_is_not_taken_for_done(ready_machine: Path):
    home = ready_machine.parent / "home"
    (home / "no-index").touch()
    (home / "broken").touch()
    done = set_up(ready_machine)
    assert done.returncode == 1
    assert "details: .venv/setup.log" in done.stderr
    assert (ready_machine / ".venv/setup.log").read_text()
    (home / "broken").unlink()
    assert set_up(ready_machine).stdout != ""


# What uv would find in its environment, in a checkout on the machine.
ASK_UV = ". ./package_index.sh; cd $HOME/../checkout; with_pip_index sh -c 'echo \"${}\"'"


@pytest.mark.parametrize(
    ("configured", "variable", "expected"),
    [
        ("global.index-url='https://pip/simple'", "UV_DEFAULT_INDEX", "https://pip/simple"),
        (":env:.index-url='https://a'\nglobal.index-url='https://b'", "UV_DEFAULT_INDEX", "https://a"),
        ("global.extra-index-url='https://a https://b'", "UV_INDEX", "https://a https://b"),
        ("global.cert='/etc/ca.crt'", "SSL_CERT_FILE", "/etc/ca.crt"),
        ("", "UV_DEFAULT_INDEX", ""),
    ],
)
def test_uv_asks_the_index_that_pip_is_configured_for(machine, configured, variable, expected):
    command(machine / "checkout/.venv/bin/python", f"cat <<'EOF'\n{configured}\nEOF")
    assert shell(machine, ASK_UV.format(variable)).stdout.strip() == expected


def test_uvs_own_setting_comes_before_pips(machine: Path):
    command(machine / "checkout/.venv/bin/python", "echo \"global.index-url='https://pip'\"")
    done = shell(machine, ASK_UV.format("UV_DEFAULT_INDEX"), UV_DEFAULT_INDEX="https://uv")
    assert done.stdout.strip() == "https://uv"


def test_help_lists_every_command():
    make = shutil.which("make")
    if make is None:
        pytest.skip("no make")
    done = subprocess.run([make, "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    commands = [line.split()[1] for line in done.stdout.splitlines()]
    assert {"demo", "test", "test-long", "setup", "lint", "lock"} <= set(commands)
