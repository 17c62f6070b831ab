# Each target is one command on a fresh Linux machine with Python 3.11 and make.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
RUN := $(VENV)/bin/python
STAMP := $(VENV)/.installed-$(shell cat requirements.txt requirements-dev.txt | sha256sum | cut -c1-16)
BENCHMARKS := $(or $(TIMELOOM_BENCHMARKS),../shared/benchmarks)
SECONDS_EACH ?= 10
SEEDS ?= 1
# Processes that share the tests out among them, each with a database of its own.
TEST_PROCESSES ?= $(shell n=$$(nproc); echo $$((n < 4 ? n : 4)))

.PHONY: help venv install demo test chaos lint bench
.DEFAULT_GOAL := help

help: ## Say what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(STAMP):
	@test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@rm -f $(VENV)/.installed-*
	@touch $@

venv: $(STAMP)

install: $(STAMP) ## Make the virtual environment and compile the search once
	@$(RUN) -m webapp.engine warm

demo: install ## Start web and worker on an invented university, with servers of its own
	$(RUN) -m webapp.embedded --data var/demo -- $(RUN) -m webapp.demo

test: install ## Run all tests, on servers and in a browser of their own
	$(RUN) -m tests.browser.provision
	$(RUN) -m webapp.embedded -- $(RUN) -m pytest -n $(TEST_PROCESSES) --dist worksteal

chaos: install ## Run the tests that `make test` leaves out: lost leases, runs lost twice, a database that goes away
	$(RUN) -m webapp.embedded -- $(RUN) -m pytest -m chaos

lint: $(STAMP) ## Check style, types and the arrows between the rooms
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(RUN) -m pytest -q tests/test_house.py -k arrow

bench: install ## Solve the benchmark instances, 10 seconds each, against the best known (SECONDS_EACH=60 SEEDS=1,2,3 for the whole protocol)
	$(RUN) -m webapp.engine bench $(BENCHMARKS)/ctt --seconds $(SECONDS_EACH) --seeds $(SEEDS)
