# `make demo` and `make test` need nothing but Python 3.11 or newer; the rest is installed into .venv.

PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3; do command -v $$name && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
INSTALL ?= $(BIN)/python -m pip install -qq --no-compile --disable-pip-version-check
RUNTIME := $(VENV)/.installed-runtime
DEV := $(VENV)/.installed-dev
FAST_TESTS := $(wildcard tests/unit tests/property tests/quality)
BENCHMARKS := $(wildcard benchmarks/[!_]*.py)
export NO_MKDOCS_2_WARNING := 1

.DEFAULT_GOAL := help
.PHONY: help demo test check lint format docs docs-version bench release-check clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(RUNTIME) ## train a small program offline and show what happens
	@$(BIN)/synalinks demo

test: $(DEV) lint ## every check and every test, and the documentation
	$(BIN)/pytest -q -n 4 --dist worksteal
	$(BIN)/mkdocs build --strict

check: $(DEV) lint ## the fast checks: format, lint, types, layers, unit and property tests
	$(BIN)/pytest -q $(FAST_TESTS)

lint: $(DEV) ## format, lint, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports --no-logo

format: $(DEV) ## rewrite the sources in the project's format
	$(BIN)/ruff check --fix-only -q .
	$(BIN)/ruff format .

docs: $(DEV) ## build the documentation into site/
	$(BIN)/mkdocs build --strict

docs-version: $(DEV) ## build the pages of this version into the branch gh-pages, as the latest
	$(BIN)/mike deploy --update-aliases $$($(BIN)/python -c 'from synalinks import __version__ as v; print(".".join(v.split(".")[:2]))') latest
	$(BIN)/mike set-default latest

bench: $(RUNTIME) ## run the benchmarks
	@for script in $(BENCHMARKS); do echo "$$script"; $(BIN)/python "$$script" || exit 1; done

release-check: $(DEV) ## build the archives, and use the wheel in a clean environment (minutes, network)
	$(BIN)/python .ci/release_check.py

clean: ## remove everything that make built
	rm -rf $(VENV) build dist site htmlcov .coverage* .cache .hypothesis
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find synalinks tests guides docs benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

define create_venv
@$(PYTHON) -c 'import sys; sys.exit("synalinks needs Python 3.11 or newer: make PYTHON=..." if sys.version_info < (3, 11) else 0)'
@echo "Installing into $(VENV): about a minute the first time ..."
@$(PYTHON) -m venv $(VENV)
endef

# Installing again is needed only when one of these two files changed.
$(RUNTIME): pyproject.toml synalinks/version.py
	$(create_venv)
	@$(INSTALL) -e .
	@touch $@

$(DEV): pyproject.toml synalinks/version.py
	$(create_venv)
	@$(INSTALL) --upgrade 'pip>=25.1'
	@$(INSTALL) -e . --group dev
	@touch $(RUNTIME) $@
