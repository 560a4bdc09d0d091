# Every command of the project; `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CLIENTS := .venv-clients
SOURCES := shared services deploy docs tests

# A dozen processes start in a run: without cached bytecode each would compile everything again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo up test check bench format docs site lock clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(VENV)/.ready: requirements/dev.lock requirements/build.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Gitmoxi needs Python 3.11 or newer: make PYTHON=python3.12 setup")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.lock
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/dev.lock
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(CLIENTS)/.ready: requirements/clients.lock $(VENV)/.ready
	$(PYTHON) -m venv $(CLIENTS)
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(CLIENTS)/bin/python --require-hashes -r requirements/clients.lock
	@touch $@

setup: $(VENV)/.ready $(CLIENTS)/.ready ## create .venv and .venv-clients (AWS CLI) from the lock files

demo: setup ## watch Git commits become deployments against the local cloud
	$(BIN)/python -m gitmoxi_local.demo

up: setup ## run the local cloud and all services until Ctrl-C
	$(BIN)/gmctl up

test: setup ## all tests, in random order
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: setup ## formatting, lint, types, layers, templates, containers, links
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy shared services deploy docs
	$(BIN)/lint-imports --no-cache
	$(BIN)/cfn-lint deploy/cloudformation/*.yaml
	$(BIN)/hadolint deploy/docker/Dockerfile
	$(BIN)/shellcheck .ci/run deploy/docker/with-local-keys
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

bench: setup ## measure speed against bare loops, into build/bench.json
	$(BIN)/python -m tests.benchmark

docs: setup ## renew the reference pages that are made from the code
	$(BIN)/python -m docs.settings_page
	$(BIN)/python -m docs.reference_pages
	$(BIN)/python -m gitmoxi_api.openapi docs/reference/openapi.json
	$(BIN)/python -m gitmoxi.domain.states_page > docs/reference/states.md
	$(BIN)/python -m gitmoxi.explaining.failures_page > docs/reference/failures.md

site: setup ## the documentation as a site, into build/site
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

format: setup ## format and mend what the linter can mend
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

lock: ## renew the lock files (hashes, no addresses)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --extra local --extra dev -o requirements/dev.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements/core.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --constraint requirements/dev.lock --extra local -o requirements/local.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements/build.lock requirements/build.in
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements/clients.lock requirements/clients.in

clean: ## remove what the other commands made
	rm -rf $(VENV) $(CLIENTS) .gitmoxi build .pytest_cache .mypy_cache .ruff_cache
