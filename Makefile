# A fresh machine needs two commands: `make serve` and `make test`.

PYTHON ?= python3
PORT ?= 8000
ARTIFACT ?= artifacts/current
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup serve fit test faults check bench lock clean

help: ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(READY) ## create .venv and install the locked dependencies

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Tabwib needs Python 3.11 or newer; name one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(ARTIFACT)/manifest.json: | $(READY)
	$(BIN)/python -m training.fit --out $(ARTIFACT)

serve: $(READY) $(ARTIFACT)/manifest.json ## label stories on http://127.0.0.1:8000, fitting a model first if there is none
	$(BIN)/python -m service --artifact $(ARTIFACT) --port $(PORT)

fit: $(READY) ## fit a model from the starter corpus, replacing artifacts/current
	$(BIN)/python -m training.fit --out $(ARTIFACT)

test: check ## run everything: the checks, then all tests
	$(BIN)/python -m pytest

faults: $(READY) ## what clients, operators and machines may do under load; a part of the tests
	$(BIN)/python -m pytest tests/faults tests/service/test_reloading.py

check: $(READY) ## lint, formatting, types, and which package may import which
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY) ## speed and accuracy on real corpora (TABWIB_CORPORA, or ../shared/corpora)
	$(BIN)/python -m benchmarks

lock: $(READY) ## resolve the dependencies anew (needs the tool uv)
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --output-file requirements.lock

clean: ## remove what was built: the environment, caches, artifacts and reports
	rm -rf $(VENV) artifacts reports .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
