# make demo   set up and crop a real photograph
# make test   set up and run the tests
# make help   all commands

VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
EXTRAS := openai,gemini,anthropic,azure,chroma,studio,service,postgres,mcp,eval,otel
# Of every editable install setuptools tells that this folder comes first in imports: so it should.
EDITABLE := PYTHONWARNINGS="ignore:Editable installation" $(BIN)/python -m pip install --quiet
.DEFAULT_GOAL := help
.PHONY: help demo test check integration bench soak train-smoke mutants lock locked release clean

help: ## show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

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
		--editable ".[$(EXTRAS),transformers,clip,train,langgraph,datasets,inspect]" --group dev --group integration
	@touch $@

demo: $(VENV)/demo.stamp ## set up and crop a real photograph into demo/
	@mkdir -p demo
	@photo=$$($(BIN)/python -c "import importlib.util as u, pathlib as p; \
		print(p.Path(u.find_spec('skimage').origin).parent / 'data' / 'astronaut.png')"); \
	$(BIN)/cropsmith crop "$$photo" "a portrait for Instagram, keep her face whole" \
		--compare --force --out demo/
	@echo "Look at demo/: the crop, and the photo with the crop drawn beside it."

test: $(VENV)/dev.stamp ## set up and run the tests
	$(BIN)/pytest -n auto --dist worksteal

check: $(VENV)/dev.stamp ## lint, format, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

integration: $(VENV)/heavy.stamp ## the slow tests, and those with real servers, models and a browser
	$(BIN)/pytest -m integration -n auto --dist loadfile --no-loadscope-reorder --durations=20

bench: $(VENV)/dev.stamp ## speed and memory against peers
	$(BIN)/python -m cropsmith.evals.lab.benchmarks

soak: $(VENV)/heavy.stamp ## photos changed at random, batches and a cluster that are shot at, traces
	$(BIN)/python tests/soak.py 5000
	$(BIN)/python tests/trace_writers.py 120
	$(BIN)/python tests/batches.py kill 500
	$(BIN)/python tests/batches.py many 100000
	$(BIN)/python -m tests.study_cluster 2000
	HYPOTHESIS_PROFILE=explore $(BIN)/pytest -q

train-smoke: $(VENV)/heavy.stamp ## TRL by every recipe on a tiny model, which vLLM then serves
	$(BIN)/pytest -m integration tests/integration/train_smoke.py

mutants: $(VENV)/dev.stamp ## which seeded mutants the unit tests kill
	$(BIN)/python -m pip install --quiet --group mutants
	$(BIN)/python -W ignore -m cropsmith.evals.lab.mutation

lock: | $(BIN)/python ## pin what development installs, with hashes, in requirements-dev.lock
	$(BIN)/python -m pip install --quiet uv
	PATH="$(abspath $(BIN)):$$PATH" .ci/lock $(EXTRAS)

locked: | $(BIN)/python ## set up exactly what requirements-dev.lock pins, every file checked
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-dev.lock
	$(EDITABLE) --no-deps --no-build-isolation --editable .
	@touch $(VENV)/dev.stamp

release: $(VENV)/dev.stamp ## build, install bare, crop, and write the bill of materials, into dist/
	$(BIN)/python -m pip install --quiet build
	PYTHON="$(abspath $(BIN))/python" .ci/release $$($(BIN)/python -c "import importlib.util as u, \
		pathlib as p; print(p.Path(u.find_spec('skimage').origin).parent / 'data/astronaut.png')")

clean: ## remove what the commands made
	rm -rf $(VENV) demo build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
