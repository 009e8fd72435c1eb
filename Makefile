# Everything a newcomer needs: `make demo` shows the main job, `make test` tests it. Each target sets up what it needs.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
INSTALL := $(PIP) install --require-hashes --only-binary :all: --requirement

.PHONY: demo check test bench lint serve soak migrations lock clean

demo: $(VENV)/base.stamp
	@$(BIN)/python -m server demo $(ARGS)

serve: $(VENV)/base.stamp
	@$(BIN)/python -m server serve

# Tests start many programs: without kept bytecode each of them compiles every module again.
check test soak bench: export PYTHONDONTWRITEBYTECODE :=

# One case in four of laws that are tried with many; `make test` tries all.
check: export DUIJIE_TEST_SHARE := 4

# What needs neither Chromium nor PostgreSQL nor patience, on all cores.
check: lint
	@$(BIN)/python -m pytest -q -n auto --dist loadfile --ignore tests/browser -m "not long" $(ARGS)

# `make test ARGS="tests/server/test_needs.py"` runs what it names, on SQLite alone.
NAMED := $(filter tests/%,$(ARGS))

ifneq ($(NAMED),)
test: $(VENV)/dev.stamp
	@$(BIN)/python -m pytest $(ARGS)
else
test: $(VENV)/dev.stamp
	@echo "Testing on SQLite, and on PostgreSQL beside it"
	@mkdir -p var
	@DUIJIE_TEST_DATABASE=postgres $(BIN)/python -m pytest tests/server tests/browser $(ARGS) >var/postgres.log 2>&1 & \
	other=$$!; trap 'kill $$other' INT TERM; \
	$(BIN)/python -m pytest $(ARGS); sqlite=$$?; \
	echo "Waiting for PostgreSQL"; wait $$other; postgres=$$?; cat var/postgres.log; \
	exit $$((sqlite || postgres))
endif

soak: $(VENV)/dev.stamp
	@$(BIN)/python -m pytest -m soak $(ARGS)
	@$(BIN)/python -m tests.mutations
	@DUIJIE_TEST_DATABASE=postgres $(BIN)/python -m pytest -m soak tests/server $(ARGS)

lint: $(VENV)/dev.stamp
	@echo "Checking format, style, types and catalogues"
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/python -m i18n check

bench: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.bench $(ARGS)

migrations: $(VENV)/base.stamp
	@$(BIN)/python -m server.migrating $(ARGS)

# Locks for every Python from 3.11 on and every platform; needs uv, which writes no registry address into them.
lock:
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/base.txt
	uv pip compile pyproject.toml --extra embedding --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/embedding.txt
	uv pip compile pyproject.toml --extra embedding --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/dev.txt

clean:
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Duijie needs Python 3.11 or newer."; exit 1; }
	@echo "Making a virtual environment with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/base.stamp: requirements/base.txt | $(VENV)/bin/python
	@echo "Installing the packages that Duijie needs"
	@$(INSTALL) requirements/base.txt
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt | $(VENV)/bin/python
	@echo "Installing the packages that its tests need"
	@$(INSTALL) requirements/dev.txt
	@touch $@ $(VENV)/base.stamp
