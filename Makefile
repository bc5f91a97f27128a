# make demo   set up and crop a real photograph
# make test   set up and run the tests
# make help   all commands

VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
EXTRAS := openai,gemini,chroma,studio,eval,otel
# Of every editable install setuptools tells that this folder comes first in imports: so it should.
EDITABLE := PYTHONWARNINGS="ignore:Editable installation" $(BIN)/python -m pip install --quiet
.DEFAULT_GOAL := help
.PHONY: help demo test check integration bench mutants clean

help: ## show this help
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"

# The stamps remember which set of packages is installed; a changed pyproject.toml installs anew.
$(VENV)/demo.stamp: pyproject.toml | $(BIN)/python
	$(EDITABLE) --editable . scikit-image
	@touch $@

$(VENV)/dev.stamp: pyproject.toml | $(BIN)/python
	$(EDITABLE) --editable ".[$(EXTRAS)]" --group dev
	@touch $@

# torch first and pinned: resolved by another package it may come as a CUDA build of several GB.
$(VENV)/heavy.stamp: $(VENV)/dev.stamp constraints-cpu.txt
	$(BIN)/python -m pip install --quiet --constraint constraints-cpu.txt torch
	$(EDITABLE) --constraint constraints-cpu.txt \
		--editable ".[$(EXTRAS),transformers,clip,langgraph]" --group dev --group integration
	@touch $@

demo: $(VENV)/demo.stamp ## set up and crop a real photograph into demo/
	@mkdir -p demo
	@photo=$$($(BIN)/python -c "import importlib.util as u, pathlib as p; \
		print(p.Path(u.find_spec('skimage').origin).parent / 'data' / 'astronaut.png')"); \
	$(BIN)/cropsmith crop "$$photo" "a portrait for Instagram, keep her face whole" \
		--compare --force --out demo/
	@echo "Look at demo/: the crop, and the photo with the crop drawn beside it."

test: $(VENV)/dev.stamp ## set up and run the tests
	$(BIN)/pytest

check: $(VENV)/dev.stamp ## lint, format, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

integration: $(VENV)/heavy.stamp ## the slow tests, and those with real servers, models and a browser
	$(BIN)/pytest -m integration

bench: $(VENV)/dev.stamp ## speed and memory against peers
	$(BIN)/python -m cropsmith.evals.lab.benchmarks

mutants: $(VENV)/dev.stamp ## which seeded mutants the unit tests kill
	$(BIN)/python -m pip install --quiet --group mutants
	$(BIN)/python -W ignore -m cropsmith.evals.lab.mutation

clean: ## remove what the commands made
	rm -rf $(VENV) demo build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
