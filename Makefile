# The commands of Datalab Dronten. Each makes the environment when it is missing.
#   make run    the pipeline on what was delivered (or on the sample), then the KPIs
#   make test   all tests but those that take minutes      make test-all  those too
#   make check  formatting, lint, types, SQL, dbt parse    make dev       the Dagster web server
#               and whether rules contradict each other, cannot fail or follow from others; of every
#               rule: .venv/bin/python -m dronten_pipeline.gate.rules_judged --rules
#   make sample writes the invented sample deliveries anew; with ROWS=10_000_000 as many records
#               into data/sample-10_000_000 (or INTO=folder), for measuring
#   make dictionary  writes docs/data-dictionary.md anew
#   make bench  all measurements below
#   make bench-gate  what the gate costs: the mart of the last run, and ten million rows
#   make bench-formats  seconds and memory of the files of a release of 2 million rows (or ROWS=...);
#               MART=... for a mart of your own
#   make bench-postgres  a release in PostgreSQL beside its bare rows; ROWS=1e5 for another number
#   make bench-ingest  reading deliveries beside DuckDB's typed read; ROWS=1e5 for another number
#   make bench-run  a run from nothing, with one file new and with nothing new, beside an earlier
#               commit; RUNS=1 for a first look
#   make bench-readability  how well the reading level is measured, with intervals (../shared);
#               with PARSES=folder also against LiNT-II on a parse (bench/lint_reference.py)
#   make bench-connect  pulling cases from a system that answers at once; CASES=1e4 for a first look
#   make fuzz   tries the readers with bytes that a fuzzer makes, for SECONDS=3600, into FUZZ=folder
#   make kills  kills KILLS=100 runs of a small town at random moments, and has runs go on from
#               every rename; hours. With INTO=folder what hurt stays there
#   make clean  removes the environment and caches, never the data

.DEFAULT_GOAL := run
.PHONY: run test test-all dev check format sample dictionary lock clean \
	fuzz kills bench bench-ingest bench-readability bench-gate bench-formats bench-postgres bench-run \
	bench-connect

PYTHON ?= python3
BIN := .venv/bin
# Tests in as many processes as there are cores, each file in one, in an order in which what takes
# long comes first and is no tail of one process (tests/conftest.py).
# What Python made of their files is kept for the next time, whatever the environment says: both
# processes and the hundred that they start would make it anew.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest
SPREAD := --numprocesses auto --dist loadfile --no-loadscope-reorder
READY := .venv/ready
READY_DEV := .venv/ready-dev

run: $(READY)
	@$(BIN)/datalab run

dev: $(READY)
	@$(BIN)/datalab dev

test: $(READY_DEV)
	@sh tools/install_test_servers.sh
	@$(PYTEST) $(SPREAD) -m "not slow"

test-all: $(READY_DEV)
	@sh tools/install_test_servers.sh
	@$(PYTEST) $(SPREAD)

check: $(READY_DEV)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --disable-progress-bar --processes 0 \
		dbt_project/models expectations
	@$(BIN)/datalab dbt --quiet parse
	@$(BIN)/python -m dronten_pipeline.gate.rules_judged
	@$(BIN)/python -m pytest -q tests/conventions

format: $(READY_DEV)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

sample: $(READY_DEV)
	@$(BIN)/python -m sources $(if $(ROWS),--rows $(ROWS) --into $(or $(INTO),data/sample-$(ROWS)))

# One that breaks its promise ends with 1 and does not keep the others from being measured.
bench:
	@$(MAKE) --keep-going bench-ingest bench-gate bench-formats bench-postgres bench-readability \
		bench-run bench-connect

bench-readability: $(READY_DEV)
	@$(BIN)/python -m bench.readability $(PARSES)

bench-ingest: $(READY)
	@$(BIN)/python -m bench.ingest $(if $(ROWS),--rows $(ROWS))

bench-gate: $(READY_DEV)
	@$(BIN)/python -m bench.gate $(if $(ROWS),--rows $(ROWS))

bench-formats: $(READY)
	@$(BIN)/python -m bench.formats $(if $(ROWS),--rows $(subst _,,$(ROWS))) \
		$(if $(MART),--mart $(MART))

bench-run: $(READY)
	@$(BIN)/python -m bench.run $(if $(RUNS),--runs $(RUNS))

bench-connect: $(READY)
	@$(BIN)/python -m bench.connect $(if $(CASES),--cases $(CASES))

dictionary: $(READY)
	@$(BIN)/datalab dictionary

bench-postgres: $(READY_DEV)
	@$(BIN)/python -m bench.postgres $(if $(ROWS),--rows $(ROWS))

# Versions are chosen in pyproject.toml; the locks pin them with hashes, for every platform.
lock:
	@for extra in "" "-dev"; do \
		uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			--no-header --no-annotate $${extra:+--extra dev} \
			--output-file requirements$$extra.lock pyproject.toml; \
	done

# atheris has wheels for Linux only, so it is no part of the environment of everybody.
fuzz: $(READY_DEV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		-r requirements-fuzz.lock
	@$(BIN)/python -m tests.fuzz.fuzz_readers $(or $(SECONDS),3600) $(or $(FUZZ),data/fuzz)

kills: $(READY_DEV)
	@$(BIN)/python -m tests.chain.kills --kills $(or $(KILLS),100) $(if $(INTO),--into $(INTO))

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml tools/make_environment.sh
	@sh tools/make_environment.sh $(PYTHON) requirements.lock
	@touch $@

$(READY_DEV): requirements-dev.lock pyproject.toml tools/make_environment.sh
	@sh tools/make_environment.sh $(PYTHON) requirements-dev.lock
	@touch $@ $(READY)
