# Every target sets up first what is missing; a second run sets nothing up. `make` alone lists the targets.
.DEFAULT_GOAL := help
.PHONY: help setup demo status down doctor reset test test-compose lint check bench fix golden pictures lock clean distclean

SCHEMA ?= schemas/card_transactions.json
ARGS   ?=
RUN    := sh services/demo/setup/run

help: ## this list
	@echo "make TARGET [SCHEMA=schemas/card_transactions.json] [ARGS='...']"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | while IFS='|' read -r name what; do printf '%-15s%s\n' "$$name" "$$what"; done

setup: ## the virtual environment, packages and artefacts, and nothing else
	@$(RUN)

demo: ## both halves and their pages, until Ctrl-C (SCHEMA=... another business, ARGS='batch', ARGS='--detach' ...)
	@$(RUN) -m demo up --schema "$(SCHEMA)" $(ARGS)

status: ## how each part of a running demo is (ARGS=--json for scripts)
	@$(RUN) -m demo status $(ARGS)

down: ## end a running demo
	@$(RUN) -m demo down $(ARGS)

doctor: ## what of this machine does not fit, and what to do about it (ARGS=--compose for the Compose stacks)
	@$(RUN) --bare -m demo.doctor $(ARGS)

reset: ## remove what the demo made: inputs, outputs, topics, checkpoints
	@$(RUN) -m demo reset $(ARGS)

test: ## all tests but those of the Compose stacks and the longest (ARGS='-m long' these, ARGS='tests/demo -k name' some)
	@$(RUN) -m pytest -n 2 --dist loadfile -m "not docker and not long" $(ARGS)

test-compose: ## the Compose stacks on a real engine, which has to be there
	@DEMO_ENGINE=required $(RUN) -m pytest -m docker $(ARGS)

lint: ## formatting, lint and types
	@$(RUN) -m ruff format --check .
	@$(RUN) -m ruff check .
	@$(RUN) -m mypy

check: lint ## lint, and the tests that need no JVM and no browser
	@$(RUN) -m pytest -q -m "not spark and not kafka and not browser and not docker and not slow and not long" $(ARGS)

bench: ## measure this machine against other ways of making rows (ARGS='--quick', ARGS='--write' docs/performance.md)
	@SPARK_SUBMIT_OPTS= SPARK_LAUNCHER_OPTS= $(RUN) -m bench $(ARGS)

fix: ## format the code and mend what the linter can
	@$(RUN) -m ruff format .
	@$(RUN) -m ruff check --fix .

golden: ## write the golden rows anew: a change of data, see CONTRIBUTING.md
	@$(RUN) -m tests.golden.kinds
	@$(RUN) -m tests.golden.related

pictures: ## docs/images/batch.png and stream.png, from a demo that is running
	@$(RUN) docs/images/take.py

lock: ## resolve requirements.lock anew from pyproject.toml
	@$(RUN) -m uv pip compile -q --no-header --universal --python-version 3.11 --generate-hashes --group dev \
		-o requirements.lock pyproject.toml

clean: ## remove caches and what benchmarks left
	@rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis bench-results spark-warehouse
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean ## also remove the set-up: .venv and .artifacts
	@rm -rf .venv .artifacts
