#!/bin/sh
# Resolves what is needed into locked versions with hashes. Versions stay where the .in files allow it;
# add --upgrade-package NAME to raise one.
set -eu
cd "$(dirname "$0")/.."

resolve() {
    lock=$1
    shift
    .venv/installer/bin/uv pip compile --quiet --python-version 3.10 --generate-hashes --no-emit-index-url \
        --custom-compile-command "make lock" --output-file "$lock" "$@"
}

resolve scripts/installer.lock scripts/installer.in
resolve requirements.lock requirements.in requirements-tools.in "$@"
# what the image holds: the same versions without the tools
resolve requirements-image.lock --no-annotate --constraint requirements.lock requirements.in
