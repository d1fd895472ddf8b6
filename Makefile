# Two commands on a fresh machine: `make run` and `make test`. Both set up .venv themselves.

CONFIG ?= experiments/configs/scenario/suining_example.yaml
WORKERS ?= 2
# One more than the cores of a small machine: tests of the page and of Ray wait for others much of their time.
TEST_WORKERS ?= 3
PYTHON ?=
# What runs without the engine and within half a minute; `--no-engine` holds it to that.
QUICK := tests/test_imports.py tests/test_bilingual_texts.py tests/test_twins.py tests/statistics \
  tests/policies/test_catalogue.py tests/policies/test_clock.py tests/policies/test_packages.py tests/policies/test_timeline.py \
  tests/policies/test_messages.py tests/results/folder/test_store.py tests/results/analysis tests/results/trust \
  tests/results/documents tests/experiments/context/test_context.py tests/experiments/study/test_refused.py tests/experiments/study/test_kinds.py

BIN := .venv/bin
STAMP := .venv/.installed
SOURCES := $(wildcard cradle.py abm policies calibration experiments results tests)

# The first interpreter of 3.12 or newer that really runs; a name may stand for a launcher that fails, so all of PATH is tried.
define FIND_PYTHON
new_enough='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))'; \
for name in $(PYTHON) python3 python3.12 python3.13 python3.14; do \
  IFS=:; for folder in $$PATH; do \
    case "$$name" in */*) candidate="$$name";; *) candidate="$$folder/$$name";; esac; \
    if [ -x "$$candidate" ] && "$$candidate" -c "$$new_enough" >/dev/null 2>&1; then found="$$candidate"; break 2; fi; \
  done; \
done
endef

.DEFAULT_GOAL := help
.PHONY: help setup run quick test test-all lint format bench clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## set up .venv and nothing else
	@echo "Done: the command is $(BIN)/cradle."

run: $(STAMP) ## simulate Suining: today's law against the example package, and write a report
	@$(BIN)/cradle run $(CONFIG) --workers $(WORKERS)

quick: $(STAMP) ## half a minute: style and the tests that compile no engine
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-engine $(QUICK)

test: $(STAMP) lint ## ten minutes: style, types and the tests that every change needs
	@$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder -m "not long" --durations 10

test-all: $(STAMP) lint ## twenty minutes: these and the long ones (whole fits, every command of the guides, Ray, speed)
	@$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder --durations 20

lint: $(STAMP) ## style and types only
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/mypy

format: $(STAMP) ## put the sources into the house style
	@$(BIN)/ruff check --fix $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)

bench: $(STAMP) ## measure speed and memory
	@$(BIN)/cradle bench

clean: ## remove .venv and caches of the tools; runs are kept
	@rm -rf .venv build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# pip uses this machine's own settings; constraints.txt only fixes versions.
$(STAMP): pyproject.toml constraints.txt
	@if [ -x $(BIN)/python ] && $(BIN)/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then :; else \
	  $(FIND_PYTHON); \
	  if [ -z "$$found" ]; then echo "cradle needs Python 3.12 or newer (with venv); none was found. Set one: make PYTHON=/path/to/python3.12" >&2; exit 2; fi; \
	  echo "Setting up .venv with $$("$$found" --version) ($$found); this takes a few minutes, once; nothing more is shown until it is done."; \
	  "$$found" -m venv --clear .venv; \
	fi
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt --editable '.[dashboard,dev]'
	@touch $@
