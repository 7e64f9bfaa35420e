.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin

help:  ## Show this list.
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(BIN)/kervan  ## Make a virtual environment in .venv with everything to work on Kervan.

$(BIN)/kervan: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --editable '.[test]'
	@touch $@

check: setup  ## Check style and types, changing nothing.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

fix: setup  ## Put right what can be put right by itself.
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

test: setup  ## Run every test, on all cores.
	$(BIN)/pytest --numprocesses auto

docs: setup  ## Write the reference pages, then run every code block of the documentation.
	$(BIN)/python tools/machine_output.py
	$(BIN)/python tools/make_reference.py
	$(BIN)/pytest tests/test_docs.py tests/test_reference.py

bench: setup  ## Measure what the benchmarks promise, side by side with the peers.
	$(BIN)/python -m benchmarks

report: setup  ## Write the report of the shipped corridor.
	$(BIN)/kervan report

.PHONY: help setup check fix test docs bench report
