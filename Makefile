# Packshot. Needs python3 (3.11 or newer, with venv) and make.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
RUNTIME := $(VENV)/.installed
TOOLS := $(VENV)/.installed-dev
# Tests share the machine's memory with the models they load: more than 4 at once gain little.
# Files are handed out in the order that tests/conftest.py gives them.
PYTEST := $(PY) -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: help run test clients torture lint models doctor bench sheet golden screenshots texts lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile
	@echo "  Settings come from the environment or .env: PORT=8123 make run, VAR_DIR=/srv/packshot make run"

run: $(RUNTIME) ## install what is missing and start the whole site (PORT, HOST, VAR_DIR)
	@exec $(PY) -m config.launch

# Without bytecode that stays, each of the suite's many processes compiles the code again: two seconds.
test: export PYTHONDONTWRITEBYTECODE :=
test: $(TOOLS) ## run the whole suite (ARGS="tests/config -x" for a part)
	@$(PY) tests/models_here.py || $(MAKE) --no-print-directory models
	@exec $(PYTEST) $(ARGS)

clients: $(TOOLS) models ## generate a Python and a TypeScript client, and call a site with them and with clients of others (needs npm)
	@exec $(PY) -m tests.clients $(ARGS)

torture: $(TOOLS) models ## kill and feed whole sites for half an hour (ARGS="kills --seed 7" for a part)
	@exec $(PY) -m tests.torture $(ARGS)

lint: $(TOOLS) ## ruff, mypy, import-linter
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(PY) -m mypy .
	$(VENV)/bin/lint-imports

models: $(RUNTIME) ## fetch the default model weights (NAMES="..." for others)
	@$(PY) manage.py fetch_models $(NAMES)

doctor: $(RUNTIME) ## show what runs the models on this machine and why, and what is broken
	@exec $(PY) manage.py doctor

bench: $(TOOLS) models ## measure the engine and whole sites (ARGS="edit --runs 3", ARGS=--help)
	@exec $(PY) -m benchmarks $(ARGS)

sheet: $(RUNTIME) models ## write contact sheets of a folder's photos (FOLDER=..., ARGS="--edge fine")
	@exec $(PY) -m benchmarks sheet $(FOLDER) $(ARGS)

golden: $(TOOLS) models ## accept how pictures look now as their look (ARGS="outline light-auto" for some)
	@exec $(PY) -m tests.processing.engine.golden accept $(ARGS)

screenshots: $(TOOLS) models ## take the pictures of pages in docs/screenshots anew (needs Chromium)
	@exec $(PY) -m tests.screenshots

texts: $(TOOLS) ## bring the catalogues of pages' texts up to date, and compile them (ARGS=--missing lists what they lack)
	@exec $(PY) -m tests.texts $(ARGS)

# For every system and every Python from 3.11 on, with the hash of every file that a registry has.
LOCK := $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-config --custom-compile-command "make lock"

lock: $(TOOLS) ## pin what requirements*.txt allow (ARGS="--upgrade" for newer versions of all)
	$(LOCK) $(ARGS) --output-file requirements.lock requirements.txt
	$(LOCK) $(ARGS) --constraints requirements.lock --output-file requirements-dev.lock requirements-dev.txt

clean: ## remove the virtual environment and caches (never var/, which holds your data)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# The stamps are older than the locks after a change: only then pip runs again. Every file must have a
# hash that its lock names.
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes

$(RUNTIME): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Packshot needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1)." \
	         "Name another: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	    echo "Python's venv module is missing (on Debian: apt install python3-venv)."; exit 1; }
	@echo "Installing requirements into $(VENV) (a minute or two the first time)..."
	@$(PIP_INSTALL) -r requirements.lock
	@touch $@

$(TOOLS): requirements-dev.lock $(RUNTIME)
	@echo "Installing test and lint tools into $(VENV)..."
	@$(PIP_INSTALL) -r requirements-dev.lock
	@touch $@
