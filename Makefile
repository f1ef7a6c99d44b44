# make demo runs the main job; make test passes the tests. Both make the environment they need, in .venv.
PYTHON ?= python3
BIN := .venv/bin
export OMP_NUM_THREADS := 1
export BENTOML_DO_NOT_TRACK := 1
export MLFLOW_DISABLE_TELEMETRY := 1

.PHONY: demo test lint prove prove-quick format docs clean ready

ready:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Onward needs Python 3.11 or newer, and $(PYTHON) is not that. Name another: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "Python's venv module is missing. Install it: apt-get install python3-venv (Debian, Ubuntu) or your system's package of that name"; exit 1; }
	@$(PYTHON) -c 'import ctypes.util, sys; sys.exit(sys.platform == "linux" and not ctypes.util.find_library("gomp"))' 2>/dev/null || { \
	  echo "libgomp, which LightGBM needs, is missing. Install it: apt-get install libgomp1 (Debian, Ubuntu) or dnf install libgomp (Fedora)"; exit 1; }

$(BIN)/uv: | ready
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'

.venv/.core: pyproject.toml requirements.lock $(BIN)/uv
	@echo "Installing Onward into .venv (about 700 MB; under a minute on a fast line) ..."
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --constraints requirements.lock --editable .
	@touch $@

.venv/.dev: .venv/.core
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --constraints requirements.lock --editable '.[dev]'
	@touch $@

demo: .venv/.core
	@$(BIN)/onward demo

test: .venv/.dev
	$(BIN)/python -m pytest -n 2 --dist loadscope -q

lint: .venv/.dev
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

format: .venv/.dev
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

prove: .venv/.dev
	$(BIN)/python benchmarks/prove.py

prove-quick: .venv/.dev
	$(BIN)/python benchmarks/prove.py --quick

docs: .venv/.core
	$(BIN)/onward schema --out docs

clean:
	rm -rf .venv build dist *.egg-info src/*.egg-info
