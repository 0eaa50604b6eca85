# Everything a person does with a checkout. `make` alone lists it.
VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
UV := $(BIN)/uv
export UV_FIND_LINKS ?= $(PIP_FIND_LINKS)
LOCK_OPTIONS := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet

TORCH ?= torch==2.13.0
EVIDENTLY ?= evidently==0.7.23
# torch differs from machine to machine, so no lock holds it: `make neural` adds it. Evidently asks
# for other versions than the locks hold: `make evidently` adds it.
ALL_EXTRAS := --extra service --extra train --extra batch --extra catboost --extra cluster --extra ebm --extra export --extra otel --extra pdf --extra sso --extra tracking

.DEFAULT_GOAL := help
.PHONY: help run test check format bench bench-quality lab screenshots docs neural evidently lock clean

help:  ## list what one can do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: $(VENV)/ready  ## train the demo bank (first time), seed it and serve it on 127.0.0.1:8000
	$(BIN)/loanwright demo

test: $(VENV)/ready-dev  ## run the whole test suite
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

check: $(VENV)/ready-dev  ## lint, formatting, types, architecture, glossary, size budgets, documentation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/docs -q -p no:cacheprovider --ignore tests/docs/test_tutorials.py

format: $(VENV)/ready-dev  ## format the code and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/ready-bench  ## measure Loanwright against its peers, write benchmarks/results
	$(BIN)/python -m benchmarks

bench-quality: $(VENV)/ready-bench  ## compare every family and its peers on every data set
	$(BIN)/python -m benchmarks quality

lab: $(VENV)/ready-dev  ## kill every part of the service in turn, under load, and count what is lost
	$(BIN)/python -m faultlab

neural: $(VENV)/ready  ## add PyTorch, for the neural family
	$(UV) pip install --quiet --python $(BIN)/python $(TORCH)

evidently: $(VENV)/ready  ## add Evidently, for its own report beside ours
	$(UV) pip install --quiet --python $(BIN)/python $(EVIDENTLY) 'pandas<3.1' pyarrow

screenshots: $(VENV)/ready-dev  ## take pictures of every page, in both languages and themes, into var/screenshots
	$(BIN)/python -m tests.acceptance.web.screenshots

docs: $(VENV)/ready-dev  ## regenerate the reference pages and the committed OpenAPI file
	$(BIN)/python -m tests.docs.generate

lock: $(VENV)/ready-uv  ## resolve the locks anew
	$(UV) pip compile pyproject.toml $(ALL_EXTRAS) --group build --group dev --group bench $(LOCK_OPTIONS) -o requirements/bench.lock
	$(UV) pip compile pyproject.toml $(ALL_EXTRAS) --group build --group dev $(LOCK_OPTIONS) -c requirements/bench.lock -o requirements/dev.lock
	$(UV) pip compile pyproject.toml --extra service --extra train --group build $(LOCK_OPTIONS) -c requirements/dev.lock -o requirements/run.lock
	$(UV) pip compile pyproject.toml --extra service --extra batch --extra otel --extra sso $(LOCK_OPTIONS) -c requirements/dev.lock -o requirements/serve.lock
	$(UV) pip compile --group build $(LOCK_OPTIONS) -c requirements/dev.lock -o requirements/build.lock

clean:  ## remove the environment and what runs have left behind
	rm -rf $(VENV) var .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

$(VENV)/ready-uv: requirements/uv.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Loanwright needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/uv.txt
	touch $@

$(VENV)/ready: $(VENV)/ready-uv requirements/run.lock pyproject.toml
	$(call install,run)

$(VENV)/ready-dev: $(VENV)/ready-uv requirements/dev.lock pyproject.toml
	$(call install,dev)
	touch $(VENV)/ready

$(VENV)/ready-bench: $(VENV)/ready-uv requirements/bench.lock pyproject.toml
	$(call install,bench)
	touch $(VENV)/ready $(VENV)/ready-dev

define install
$(UV) pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements/uv.txt -r requirements/$(1).lock
$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
touch $@
endef
