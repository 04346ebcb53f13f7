# Finds a Python 3.10 that runs and that packages can be built with. Sourced by setup.sh.

# Whether "$1" runs as 3.10, can make an environment and has its headers (pyfarmhash is compiled). A pyenv shim
# of a version that is not active stands on the PATH and fails when it runs.
is_python310() {
    "$1" - >/dev/null 2>&1 <<'PYTHON'
import ctypes, ensurepip, os, sqlite3, ssl, sys, sysconfig, venv

assert sys.version_info[:2] == (3, 10)
assert os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h"))
PYTHON
}

version_of() { "$1" -c 'import platform; print(platform.python_version())'; }

# Prints the first that will do: python3.10, pyenv's newest installed 3.10 (active or not), python3, python.
find_python310() {
    for python in python3.10 $(pyenv_pythons) python3 python; do
        if command -v "$python" >/dev/null 2>&1 && is_python310 "$python"; then
            # the file itself: behind a shim or a link may stand another version tomorrow
            "$python" -c 'import os, sys; print(os.path.realpath(sys.executable))'
            return
        fi
    done
    return 1
}

# Pyenv's 3.10 versions, newest first, whether or not pyenv itself is on the PATH.
pyenv_pythons() {
    roots="${PYENV_ROOT:-} ${HOME:-/nonexistent}/.pyenv"
    if command -v pyenv >/dev/null 2>&1; then
        roots="$roots $(pyenv root 2>/dev/null || true)"
    fi
    for root in $roots; do
        for python in "$root"/versions/3.10*/bin/python3.10; do
            [ -x "$python" ] && echo "$python"
        done
    done | sort -rV
}
