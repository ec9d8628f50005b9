# Needs python3 (3.11 or newer) and make, nothing else. `make run` and `make test` do all the set-up.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

# make run DOCS="a.pdf b/" reads one's own files.
DOCS ?=
OUT ?= $(if $(DOCS),out/documents,out/samples)

.DEFAULT_GOAL := help
.PHONY: help run test lint format types imports unit fontless lock record record-llm record-hybrid record-en clean

help:
	@echo 'make run                  read the samples into $(OUT)'
	@echo 'make run DOCS="a.pdf b/"  read your own files into out/documents (or OUT=folder)'
	@echo 'make test                 lint, types, architecture, tests'
	@echo 'make record               record the model cassettes anew (cassettes/README.md)'
	@echo 'make lock                 resolve requirements.lock anew'

run: $(READY)
	@$(BIN)/extractor run $(if $(DOCS),$(DOCS),eval/samples/*.* --engine rules) --out '$(OUT)'

test: lint types imports unit

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports

unit: $(READY)
	$(BIN)/pytest

# The tests of readers and tables; `.ci/run` calls it with the system's fonts hidden.
fontless: $(READY)
	$(BIN)/pytest tests/readers tests/tables

# Set up again only when what is to be installed has changed.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) install -r requirements.lock
	$(PIP) install --no-deps -e .
	@touch $@

# Against whatever endpoint EXTRACTOR_BASE_URL, EXTRACTOR_API_KEY and EXTRACTOR_MODEL name; the faults need none.
# A reader may take a day to answer. The file in cassettes/ is replaced when all of its run is recorded.
PATIENCE := EXTRACTOR_CALL_TIMEOUT=86400 EXTRACTOR_CALL_SECONDS=86400 EXTRACTOR_CONCURRENCY=64

record: record-llm record-hybrid record-en $(READY)
	EXTRACTOR_RECORD=1 $(BIN)/pytest tests/engines/llm/test_cassettes.py

record-llm record-hybrid: record-%: $(READY)
	rm -rf out/$@ && mkdir -p out/$@
	$(PATIENCE) $(BIN)/extractor run eval/samples/*.* --engine $* --record out/$@/calls.jsonl --out out/$@/run
	cp out/$@/calls.jsonl cassettes/samples$(if $(filter hybrid,$*),-hybrid).jsonl

# The English samples, each schema on its own documents; `make -j5 record-en` asks for all of them at once.
EN := invoice receipt bank_statement purchase_order lab_report

record-en: $(EN:%=record-en-%)
	cat $(EN:%=out/record-en/%.jsonl) > cassettes/samples-en.jsonl

$(EN:%=record-en-%): record-en-%: $(READY)
	rm -rf out/record-en/$* out/record-en/$*.jsonl && mkdir -p out/record-en
	$(PATIENCE) EXTRACTOR_LANGUAGE=en EXTRACTOR_PROMPT_LANGUAGE=en $(BIN)/extractor run \
		eval/samples/en/*$(subst bank-,,$(subst _,-,$*))* --schema $* --engine llm \
		--record out/record-en/$*.jsonl --out out/record-en/$*

lock: $(READY)
	$(PIP) install uv
	$(BIN)/uv pip compile --no-emit-index-url --no-header --extra ocr --extra review --extra dev --universal --python-version 3.11 \
		--output-file requirements.lock pyproject.toml

clean:
	rm -rf .venv out dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
