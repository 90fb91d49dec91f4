# Everything starts here; `make` alone says what there is.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
READY := .venv/.ready
# More than the two cores of CI: a good part of the slow tests waits.
WORKERS ?= 3
# Rooms that need neither a server nor a database.
FAST := tests/domain tests/calendar tests/content tests/safety tests/wording tests/house

.PHONY: help setup run test fast check fmt bench bench-delivery bench-large kill-report clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

setup: $(READY) ## make .venv with everything pinned in constraints.txt

$(READY): pyproject.toml constraints.txt scripts/setup.sh
	@scripts/setup.sh
	@touch $@

run: $(READY) ## start a small fictional town to try: chat, pages and calendars, no account anywhere
	@echo "outreach: starting the demo town; it says where to look. Ctrl-C ends it."
	@exec $(BIN)/outreach demo

test: $(READY) check ## run everything that CI runs: checks, then all tests
	@scripts/browser.sh
	@scripts/postgres.sh
	@mkdir -p .make
	@set -o pipefail; $(BIN)/pytest -n $(WORKERS) --dist worksteal --junitxml=.make/tests.xml </dev/null 2>&1 | tee .make/tests.log \
		|| { echo "outreach: TESTS FAILED. The whole output is in .make/tests.log"; exit 1; }
	@echo "outreach: checks and tests passed. The whole output is in .make/tests.log, one entry a test in .make/tests.xml"

fast: $(READY) ## the tests that answer within ten seconds
	@$(BIN)/pytest -q -n $(WORKERS) -m "not slow" $(FAST)

check: $(READY) ## lint, format, types, layers
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@MYPYPATH=examples/bridge/src $(BIN)/mypy -p outreach_bridge
	@$(BIN)/lint-imports
	@echo "outreach: lint, format, types and layers are in order."

fmt: $(READY) ## put code into shape
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: $(READY) ## measure against floors taken in the same run
	@$(BIN)/python benchmarks/bench.py
	@$(BIN)/python benchmarks/mutations.py

bench-delivery: $(READY) ## what sending costs and how late it is, beside floors; about a quarter of an hour
	@scripts/postgres.sh
	@$(BIN)/python benchmarks/delivery.py

bench-large: $(READY) ## plan and send for a million people, beside bare SQL; about ten minutes
	@scripts/postgres.sh
	@$(BIN)/python benchmarks/delivery.py --residents 1000000 --rows ledger

kill-report: $(READY) ## kill the house 800 times while it sends, and count what arrived; an hour or more
	@scripts/postgres.sh
	@$(BIN)/python benchmarks/kill_report.py --write docs/kill-report.md

clean: ## take away what was built; var/ and keys stay, they hold people's data
	@rm -rf .venv .make dist build .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find outreach tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "outreach: clean; var/ and *.key were left alone."
