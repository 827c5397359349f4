# Vårdkase. `make help` lists the targets; everything they need is installed on the way.

.DEFAULT_GOAL := help
SHELL := /bin/bash
BIN := .venv/bin
# Four on two cores: PyMISP's suite, and whoever waits for a server, leave time to the others.
PYTEST_OPTIONS ?= -n 4
SOURCES := src tests bench tools
# Every process of a test run would compile each test module anew.
unexport PYTHONDONTWRITEBYTECODE

# The conventions and the tables, and a few tests of every layer above them.
QUICK := tests/conventions tests/misp tests/analysis/test_correlation_rules.py tests/analysis/test_filters.py \
	tests/identity/test_visibility.py tests/knowledge/test_tagging.py tests/intel/test_find.py \
	tests/intel/test_proposals.py tests/formats/test_event_document.py tests/exchange/test_outbox.py \
	tests/exchange/test_inbound_and_outbound_filters.py tests/hub/test_state_machines.py tests/hub/guard/test_guard.py \
	tests/hub/membership/test_form_validation.py tests/hub/membership/test_applications.py tests/api/test_reading.py \
	tests/api/test_authentication.py tests/web/test_home.py tests/web/test_editing_events.py \
	tests/wire/test_sharing_workflow.py

.PHONY: help run test test-long quick lint lint-types lint-rest audit release bench load setup tools tools-long tools-former

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: ## Start everything; prints the address and, the first time, the administrator's credentials
	@./vardkase serve

test: setup tools tests/__pycache__ ## Run the test-suite
	@# It prints the total, and fails below the floor of pyproject.toml.
	@$(BIN)/pytest $(PYTEST_OPTIONS) --cov --cov-report=

# pytest compiles each test module once, before its workers would all do so at the same time.
tests/__pycache__: | setup
	@$(BIN)/pytest --collect-only --quiet --quiet > /dev/null

test-long: setup tools tools-long ## Run the long lane: many rounds, large stores, every combination
	@$(BIN)/pytest $(PYTEST_OPTIONS) -m long

quick: setup ## Answer within 90 seconds: style, the rules, and a story or two of every layer
	@$(BIN)/ruff check --quiet $(SOURCES)
	@$(BIN)/pytest -n 2 $(QUICK)

# Types take one core for a minute or so: `make --jobs 2` checks the others, or runs tests, meanwhile.
lint: lint-types lint-rest ## Check style, types, layers, templates, scripts and styles

lint-types: setup
	$(BIN)/mypy

lint-rest: setup
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/lint-imports
	$(BIN)/djangofmt --check src/vardkase
	$(BIN)/djangofmt check src/vardkase
	@# The Node that built the front end, so that nothing else need be installed.
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm --prefix frontend run --silent check

audit: setup ## Compare the locked packages with published vulnerabilities (asks the network)
	@$(BIN)/python -m tools.audit

release: setup ## Build the wheel twice, compare, and write checksums and provenance (RELEASE_KEY=FILE signs)
	@$(BIN)/python -m tools.release $(if $(RELEASE_KEY),--key $(RELEASE_KEY))

bench: setup ## Measure ingest, reading, search and requests a second (bench/README.md)
	@$(BIN)/python -m bench $(BENCH_OPTIONS)

load: setup ## Measure an hour of 200 people and 50 peers, and jobs as the store grows (docs/reliability.md)
	@$(BIN)/python -m bench.hour
	@$(BIN)/python -m bench.jobs

# The launcher installs what running needs, this adds what developing needs.
setup:
	@VARDKASE_GROUPS=--all-groups ./vardkase version >/dev/null

tools:
	@if ! { command -v chromium-headless-shell chromium chromium-browser google-chrome && \
	        command -v suricata && command -v yara && \
	        PATH="$$PATH:/usr/sbin" command -v named-checkzone && PATH="$$PATH:/usr/sbin" command -v nginx; } >/dev/null; then \
		if [ "$$(id -u)" = 0 ]; then as_root=; else as_root="sudo -n"; fi; \
		echo "Installing the system packages chromium-headless-shell, suricata, yara, bind9-utils and nginx"; \
		{ $$as_root apt-get update -qq && \
		  $$as_root apt-get install -y -qq --no-install-recommends \
		    chromium-headless-shell suricata yara bind9-utils nginx-light; } >/dev/null \
		|| echo "They could not be installed: tests that need them will be skipped, or fail in CI"; \
	fi

# Of the long lane alone: a cluster of three database nodes (tests/cluster), a clock that jumps (tests/chaos), the readers of the files of deploy/, and GnuPG (tests/core/backup).
tools-long: tools-former
	@if ! { command -v faketime && command -v patroni && command -v etcd && \
	        command -v promtool && command -v systemd-analyze && command -v gpg && \
	        PATH="$$PATH:/usr/sbin" command -v haproxy && PATH="$$PATH:/usr/sbin" command -v pgbouncer; } >/dev/null; then \
		if [ "$$(id -u)" = 0 ]; then as_root=; else as_root="sudo -n"; fi; \
		echo "Installing the system packages patroni, etcd-server, haproxy, pgbouncer, prometheus, systemd, gpg and faketime"; \
		{ $$as_root apt-get update -qq && \
		  $$as_root apt-get install -y -qq --no-install-recommends \
		    patroni python3-etcd etcd-server haproxy pgbouncer prometheus systemd gpg gpg-agent faketime; } >/dev/null \
		|| echo "They could not be installed: the tests that need them will be skipped, or fail in CI"; \
	fi

# An older PostgreSQL, whose data are upgraded. No cluster of it is made or started.
tools-former:
	@if ! test -x /usr/lib/postgresql/17/bin/postgres; then \
		if [ "$$(id -u)" = 0 ]; then as_root=; else as_root="sudo -n"; fi; \
		echo "Installing the system package postgresql-17"; \
		{ $$as_root mkdir -p /etc/postgresql-common/createcluster.d && \
		  echo "create_main_cluster = false" | $$as_root tee /etc/postgresql-common/createcluster.d/tests.conf && \
		  $$as_root apt-get update -qq && \
		  $$as_root apt-get install -y -qq --no-install-recommends postgresql-17; } >/dev/null \
		|| echo "It could not be installed: tests that need it will be skipped"; \
	fi
