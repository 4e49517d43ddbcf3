# Needs Python 3.11 or newer with its venv module, and make. Everything else is installed into .venv.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: help bench test examples check suite fuzz perf faults soak clean

help:
	@echo "make bench   measure tornado, websockets and aiohttp; about a minute"
	@echo "make test    run the test suite"
	@echo "make examples  the tests of the example projects, with the wheel in fresh environments"
	@echo "make check   style, types and architecture"
	@echo "make suite   the pytest-benchmark suite"
	@echo "make fuzz    feed every parser with made-up inputs for FUZZ_SECONDS (60), or FUZZ_INPUTS of them"
	@echo "make perf    speed of wsbench itself, against a C client"
	@echo "make faults  inject every fault, and write docs/reliability.md; about a quarter of an hour"
	@echo "make soak    short runs for SOAK_MINUTES (30), and what they leave"
	@echo "make clean   remove .venv and what tools left"

bench: .venv/.bench
	$(BIN)/wsbench run

# Most tests wait for processes and sockets, so more of them at once than there are cores are done sooner;
# those that measure come after them, alone.
WORKERS ?= 4

# The tests start Python by the hundred: it must not compile what it runs each time, whatever the machine says.
test: export PYTHONDONTWRITEBYTECODE =

# A test that fails beside others is run once more, alone and named: among thousands on a shared machine one may
# have met its neighbours. What fails alone as well is wrong.
test: .venv/.dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not quiet and not examples" || { test $$? -eq 1 && \
		echo "Failed beside others, and run once more alone:" && \
		$(BIN)/python -m pytest -v -x --last-failed --last-failed-no-failures none -m "not quiet and not examples"; }
	$(BIN)/python -m pytest -m quiet

# They count eight servers a project under valgrind, twice: nothing to wait for after each change.
examples: .venv/.dev
	$(BIN)/python -m pytest -n 2 -m examples

check: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_architecture.py

suite: .venv/.dev
	$(BIN)/python -m pytest --pyargs wsbench.suite

fuzz: .venv/.fuzz
	$(BIN)/python tests/fuzz/fuzz.py

perf: .venv/.dev
	$(BIN)/python tests/perf/wire_against_c.py
	$(BIN)/python tests/perf/closed_loop_against_c.py
	$(BIN)/python tests/perf/same_server_twice.py
	$(BIN)/python tests/perf/power.py unchanged 10

faults: .venv/.dev
	$(BIN)/python tests/faults/report.py

soak: .venv/.dev
	$(BIN)/python tests/faults/soak.py

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "wsbench needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.bench: .venv/.python pyproject.toml constraints.txt
	$(PIP) --editable '.[fast]'
	@touch $@

.venv/.dev: .venv/.python pyproject.toml constraints.txt
	$(PIP) --editable '.[dev]'
	@touch $@ .venv/.bench

# Where there is no wheel of atheris, fuzz.py says so.
.venv/.fuzz: .venv/.dev
	@$(PIP) --only-binary atheris --editable '.[fuzz]' 2>/dev/null && touch $@ || true

clean:
	rm -rf .venv .fuzz build dist *.egg-info .benchmarks .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
