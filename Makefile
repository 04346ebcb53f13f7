# The commands of a checkout. Each does the set-up first; where that has been done it costs nothing.
.DEFAULT_GOAL := help
.PHONY: help setup demo notebook test test-long lint format guide lock

PYTHON := .venv/bin/python
CODE := .
FLAGS :=

help:  ## This list.
	@sed -n 's/^\([a-z-]*\): .*## \(.*\)/make \1	\2/p; s/^\([a-z-]*\):  *## \(.*\)/make \1	\2/p' Makefile | expand -t 16 | sort -u

setup:  ## The environment: .venv/, with the command .venv/bin/upnext.
	@sh scripts/setup.sh

demo: setup  ## A small world through the whole pipeline, and what a listener would hear next.
	@sh scripts/demo.sh

notebook: setup  ## The pipeline a stage at a time, in JupyterLab; FLAGS are JupyterLab's own (--no-browser).
	@$(PYTHON) -m jupyterlab --ServerApp.root_dir=. tfx_pipeline/notebook/interactive.ipynb $(FLAGS)

# whole runs in one process, everything else in another: flags of pytest's own would reach TFX's, which read argv
test: setup  ## All tests but the long ones.
	@PYTEST_ADDOPTS="-n 2 --dist loadscope --no-loadscope-reorder" $(PYTHON) -m pytest

test-long: setup  ## Whole reruns and other tests of many minutes.
	@$(PYTHON) -m pytest -m long

lint: setup  ## Style and types.
	@$(PYTHON) -m ruff check $(CODE)
	@$(PYTHON) -m ruff format --check $(CODE)
	@$(PYTHON) -m mypy

format: setup  ## Puts the code into the project's style.
	@$(PYTHON) -m ruff check --fix $(CODE)
	@$(PYTHON) -m ruff format $(CODE)

guide: setup  ## docs/guide/configuration.md, from the settings.
	@$(PYTHON) -m tfx_pipeline.config.guide docs/guide/configuration.md

lock: setup  ## Resolves requirements.in and requirements-tools.in into requirements.lock.
	@sh scripts/lock.sh
