# `make demo` runs the main job and `make test` the whole gate; each makes the environment first, from hashed requirement files.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
.DEFAULT_GOAL := help

.PHONY: help setup demo test fuzz gate lint types imports lock sbom

help:
	@echo "make demo   a simulated world through ingest and a night, one account explained"
	@echo "make test   format, lint, types, imports and every test (Neo4j and shared-data tests where available)"
	@echo "make fuzz   tests that draw examples or kill processes, in their full size: hours (SHARE=0.1: a tenth of it)"
	@echo "make sbom   what runs, with its hashes, as CycloneDX in dist/sbom.json"
	@echo "make lock   compile the hashed requirement files again"

setup: $(READY)

# uv installs the rest: it is itself installed from a hashed file, by the pip that every Python has.
$(READY): requirements/bootstrap.txt requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync --quiet --require-hashes requirements/dev.txt
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	touch $(READY)

demo: setup
	PATH=$(CURDIR)/$(BIN):$$PATH bash tests/demo.sh

test: gate
	$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder

fuzz: setup
	TEST_SHARE=$(or $(SHARE),1) $(BIN)/python -m pytest -q -m sized

gate: setup lint types imports

lint:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types:
	$(BIN)/mypy

imports:
	$(BIN)/lint-imports --no-cache

sbom: setup
	mkdir -p dist
	$(BIN)/python -m cyclonedx_py requirements --output-reproducible --output-file dist/sbom.json requirements/base.txt

lock:
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 requirements/bootstrap.in -o requirements/bootstrap.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 pyproject.toml -o requirements/base.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 --extra dev requirements/build.in pyproject.toml -c requirements/base.txt -o requirements/dev.txt
