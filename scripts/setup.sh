#!/bin/sh
# Makes .venv/: Python 3.10, everything in requirements.lock (hashes checked) and this project, editable.
# Does nothing where that has been done. What the tools say goes to .venv/setup.log.
set -eu
cd "$(dirname "$0")/.."
. scripts/find_python.sh
. scripts/package_index.sh

log=.venv/setup.log
stamp=.venv/.ready
inputs="requirements.lock scripts/installer.lock setup.py pyproject.toml scripts/setup.sh"

say() { printf 'set-up: %s\n' "$*"; }

fail() {
    printf 'set-up: %s\n' "$*" >&2
    exit 1
}

# What the environment was made from; the folder is part of it, as scripts in .venv/bin name it.
fingerprint() {
    pwd -P
    # shellcheck disable=SC2086
    cksum $inputs
}

is_ready() {
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(fingerprint)" ] && .venv/bin/python -c '' 2>/dev/null
}

# Runs a command quietly; its output is in the log.
quietly() {
    printf '\n$ %s\n' "$*" >>"$log"
    "$@" >>"$log" 2>&1 </dev/null
}

require_compiler() {
    for compiler in ${CXX:-} c++ g++ clang++; do
        if echo 'int main() { return 0; }' | "$compiler" -x c++ -fsyntax-only - 2>/dev/null; then
            return
        fi
    done
    fail "there is no C++ compiler, and one package (pyfarmhash) has to be compiled." \
        "Install one, for instance with \`apt-get install g++\`, and run this again."
}

# Puts uv into .venv/installer with the given Python; fails where it cannot.
install_uv() {
    [ -x .venv/installer/bin/uv ] && .venv/installer/bin/uv --version >/dev/null 2>&1 && return
    quietly env PIP_CONSTRAINT=/dev/null "$1" -m pip install --disable-pip-version-check --no-input \
        --target .venv/installer --upgrade --require-hashes -r scripts/installer.lock
}

# A uv on this machine, or one that any of its Pythons can install.
any_uv() {
    if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
        command -v uv
        return
    fi
    for python in python3 python; do
        if command -v "$python" >/dev/null 2>&1 && install_uv "$python"; then
            echo .venv/installer/bin/uv
            return
        fi
    done
    return 1
}

# Python 3.10 from uv, which downloads it where it must.
python_from_uv() {
    uv=$(any_uv) || return 1
    quietly "$uv" python install 3.10 || return 1
    python=$("$uv" python find --no-project --managed-python 3.10 2>>"$log") || return 1
    is_python310 "$python" && echo "$python"
}

make_environment() {
    if [ -e .venv/bin/python ] && is_python310 .venv/bin/python; then
        say "Python $(version_of .venv/bin/python) in .venv"
        return
    fi
    rm -rf .venv/bin .venv/lib .venv/lib64 .venv/include .venv/pyvenv.cfg
    if ! python=$(find_python310); then
        say "no Python 3.10 runs on this machine; asking uv for one"
        python=$(python_from_uv) || fail "Python 3.10 is needed (TFX 1.16 takes no later one), and none was found." \
            "Install it, for instance with \`pyenv install 3.10\` or \`uv python install 3.10\`, and run this again." \
            "What was tried: python3.10 on the PATH, pyenv's versions, uv (details: $log)."
    fi
    say "Python $(version_of "$python") ($python)"
    quietly "$python" -m venv .venv || fail "cannot make .venv with $python; details: $log"
}

install_packages() {
    say "installing $(grep -c '^[a-z].*==' requirements.lock) locked packages; details: $log"
    if install_uv .venv/bin/python; then
        if quietly with_pip_index .venv/installer/bin/uv pip sync --python .venv/bin/python \
            --require-hashes requirements.lock; then
            return
        fi
        say "uv could not install them; trying pip, which takes longer"
    else
        say "uv could not be installed; using pip, which takes longer"
    fi
    # the lock names everything; without --no-deps pip asks for hashes of requirements with extras too
    quietly env PIP_CONSTRAINT=/dev/null .venv/bin/python -m pip install --disable-pip-version-check \
        --no-input --no-deps --require-hashes -r requirements.lock || fail "the packages could not be installed; details: $log"
}

install_project() {
    quietly .venv/bin/python -m pip install --disable-pip-version-check --no-input --no-index --no-deps \
        --no-build-isolation --editable . || fail "the project could not be installed; details: $log"
}

if is_ready; then
    exit 0
fi
started=$(date +%s)
mkdir -p .venv
: >"$log"
rm -f "$stamp"
require_compiler
make_environment
install_packages
install_project
fingerprint >"$stamp"
say "done in $(($(date +%s) - started)) s"
