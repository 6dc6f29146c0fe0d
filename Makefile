# Everything a fresh machine needs: `make demo` shows a night, `make test` proves the house. Set-up happens by itself, once.
PYTHON ?= python3
CONSTRAINTS := constraints.txt
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help setup test lint types pytest demo clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

setup: $(READY) ## virtual environment in .venv, torch first, versions from constraints.txt

$(READY): $(CONSTRAINTS) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "chartloom needs Python 3.11 or newer; found $$($(PYTHON) --version). Say which: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "Python has no venv module here. On Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Setting up .venv: once, a minute or two."
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -qq $$(grep '^torch==' $(CONSTRAINTS))
	$(BIN)/pip install -qq -c $(CONSTRAINTS) -e '.[dev]'
	@touch $@

test: lint types pytest ## style, types, layers, tests of code and docs

lint: $(READY) ## ruff and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(READY) ## mypy --strict
	$(BIN)/mypy --strict

pytest: $(READY) ## tests alone, on two cores; a worker has one, and takes whole files, so that what they share is made once
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist loadfile

demo: $(READY) ## simulate a small hospital and run a night on it, in demo/
	$(BIN)/chartloom demo

clean: ## remove what was built and made: .venv, caches, demo
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache demo
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
