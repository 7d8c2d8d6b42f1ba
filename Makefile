# County Portal. `make` alone lists what can be made.
# run, check, test and bench first do whatever set-up is missing, and nothing else.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test check fix i18n demo bench lock screenshots clean lint

BIN := .venv/bin
CATALOGUES := county_portal/translations

help: ## What can be made
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Set up what is missing, then serve on http://127.0.0.1:8000 (COUNTY_PORT) until Ctrl-C
	@deploy/ready.sh run
	@exec $(BIN)/python deploy/serve.py

test: ## Everything: format, lint, types, layers, tests, tests in a browser
	@deploy/ready.sh test
	@$(MAKE) --no-print-directory lint
	$(BIN)/pytest -q -n 3 --dist loadgroup

check: ## The loop while writing: as test, but without a browser and without slow tests
	@deploy/ready.sh check
	@$(MAKE) --no-print-directory lint
	$(BIN)/pytest -q -n 2 --dist loadgroup -m "not browser and not slow"

lint:
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check --quiet
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-logo

fix: ## Format, and repair what the linter can
	@deploy/ready.sh check
	$(BIN)/ruff format --quiet
	$(BIN)/ruff check --quiet --fix

i18n: ## Collect the English sentences, bring the Chinese catalogue up to date, compile it
	@deploy/ready.sh check
	$(BIN)/pybabel -q extract -F pyproject.toml -o messages.pot --add-location=file --sort-output \
	    -k _l -k Refused -k NotAllowed -k Missing -k OutOfDate -k TooOften -k TooMuch -k Broken \
	    -k StaleForm -k Note -k MissingPart:2 \
	    --project "County Portal" .
	$(BIN)/pybabel -q update -i messages.pot -d $(CATALOGUES) --no-fuzzy-matching \
	    --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel -q compile -d $(CATALOGUES) --statistics

demo: ## Fill the empty database with the demonstration county (ITEMS=30000 for a large one)
	@deploy/ready.sh run
	@$(BIN)/flask db upgrade
	$(BIN)/flask demo $(if $(ITEMS),--items $(ITEMS))

bench: ## Measure speed and memory against a bare Flask view
	@deploy/ready.sh bench
	$(BIN)/python -m benchmarks

screenshots: ## Take the pictures of docs/img/ again, from a running `make run`
	@deploy/ready.sh test
	$(BIN)/python docs/screenshots.py

LOCK = uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 \
    --generate-hashes --no-header --no-annotate --no-emit-index-url $(if $(UPGRADE),--upgrade)

lock: ## Lock what the .in files and package.json ask for; UPGRADE=1 takes newer versions (uv, npm)
	$(LOCK) requirements.in -o requirements.lock
	$(LOCK) requirements-dev.in -c requirements.lock -o requirements-dev.lock
	$(LOCK) requirements-node.in -o requirements-node.lock
	npm $(if $(UPGRADE),update,install) --package-lock-only --no-progress

clean: ## Remove what set-up and tools made; the data in var/ stays
	rm -rf .venv node_modules static/vendor .fonts .mypy_cache .pytest_cache .ruff_cache \
	    .hypothesis .import_linter_cache messages.pot
	find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +
	find $(CATALOGUES) -name '*.mo' -delete
