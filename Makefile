# What there is to do with Winnow; `make` alone lists it. Written for GNU make 3.81 and later.

PYTHON ?= python3

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
STAMP := $(VENV)/.winnow
DEV_STAMP := $(VENV)/.winnow-dev
DEMO := .demo
TORCH := torch==2.13.0
PEER := tokenjam==0.7.0
WINNOW := env -u WINNOW_HOME -u WINNOW_STORE $(BIN)/winnow

comma := ,
step = @printf '\n$$ winnow %s\n' '$(1)' && $(WINNOW) --home $(DEMO) $(1)

may_refuse = printf '\n$$ winnow %s\n' '$(1)' && { $(WINNOW) --home $(DEMO) $(1) || { [ $$? -eq 3 ] && \
	echo 'The gate lets no model through that is worse: the demo goes on with the one that was there.'; }; }

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow lint bench picture constraints clean

help: ## Lists these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

demo: $(STAMP) ## Simulates a company, judges it, trains a model, fills the queue, and compares with the truth
	@rm -rf $(DEMO)
	$(call step,simulate --out $(DEMO)/company --people 60 --days 7 --seed 2)
	$(call step,ingest $(DEMO)/company/traces --user-from-folder --source company)
	$(call step,ingest data/examples --source examples)
	$(call step,sessions list --limit 12)
	$(call step,quarantine list --reason truncated)
	$(call step,score --out $(DEMO)/scores.jsonl)
	$(call step,explain data/examples/judged/01.json)
	@printf '\n%s\n' 'The shipped model has judged. Now a challenger learns from the month before: made-up work, so for show only.'
	$(call step,simulate --out $(DEMO)/before --people 60 --days 9 --seed 2 --start 2026-08-03)
	$(call step,dataset build --genuine $(DEMO)/before/traces --ratio 0.5 --out $(DEMO)/dataset)
	$(call step,train --data $(DEMO)/dataset)
	$(call step,models compare --data $(DEMO)/dataset)
	@$(call may_refuse,models promote --data $(DEMO)/dataset)
	$(call step,models list)
	$(call step,nightly $(DEMO)/company/traces --source company --user-from-folder)
	$(call step,export --out $(DEMO)/sessions.jsonl.gz)
	$(call step,truth $(DEMO)/company)
	@printf '\n%s\n\n' 'What came of it lies in $(DEMO)/, which may be deleted. Next, read your own traces:'
	@printf '  %s\n' '$(BIN)/winnow ingest PATH' '$(BIN)/winnow score' '$(BIN)/winnow nightly PATH' && echo
	@printf '%s\n\n  %s\n\n' 'The models, their runs and their figures, in MLflow at http://127.0.0.1:5000:' \
	'$(BIN)/mlflow ui --workers 1 --backend-store-uri sqlite:///$(DEMO)/mlruns/mlflow.db'
	@printf '%s\n\n  %s\n\n' 'The page on which auditors review what the demo has queued:' '$(BIN)/winnow --home $(DEMO) review'

test: $(DEV_STAMP) ## Runs the tests, but for the slow ones
	@$(BIN)/python -m pytest -m 'not slow'

test-slow: $(DEV_STAMP) ## Runs the slow tests
	@$(BIN)/python -m pytest -m slow --collect-only -qq >/dev/null 2>&1; \
	if [ $$? -eq 5 ]; then echo 'There are no slow tests.'; else $(BIN)/python -m pytest -m slow; fi

lint: $(DEV_STAMP) ## Checks style, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(DEV_STAMP) ## Measures how fast traces are read, sessions padded, measured, encoded, reviewed
	@$(BIN)/python tests/benchmarks/ingest.py
	@$(BIN)/python tests/benchmarks/strategies.py
	@$(BIN)/python tests/benchmarks/feature_table.py
	@PYTHONPATH=. $(BIN)/python tests/benchmarks/encoder.py
	@PYTHONPATH=.:tests $(BIN)/python tests/benchmarks/review_queue.py
	@PYTHONPATH=.:tests $(BIN)/python tests/benchmarks/review_page.py

picture: $(DEV_STAMP) ## Draws the README's pictures anew
	@rm -rf $(DEMO)
	@$(WINNOW) --home $(DEMO) ingest data/examples >/dev/null
	@FORCE_COLOR=1 COLUMNS=144 $(WINNOW) --home $(DEMO) sessions list --limit 12 \
	| $(BIN)/python docs/picture.py 'winnow sessions list' docs/pictures/tour.svg
	@$(BIN)/python docs/screenshots.py

constraints: ## Resolves all dependencies anew into constraints.txt
	@$(call python_is_recent)
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	echo 'Resolving in a fresh environment (a few minutes) …' && \
	$(PYTHON) -m venv "$$folder" && \
	"$$folder/bin/python" -m pip --disable-pip-version-check -qq install '$(TORCH)' '.[dev,dask]' && \
	{ echo '# What `make` installs, to the version: everything that pyproject.toml asks for, its extras included.'; \
	  echo '# `make constraints` writes this file; the ranges, and the reasons for them, are in pyproject.toml.'; \
	  "$$folder/bin/python" -m pip -qq freeze --exclude winnow | sed 's/+cpu$$//'; } > "$$folder/constraints.txt" && \
	cp "$$folder/constraints.txt" constraints.txt && echo 'constraints.txt is written.'

clean: ## Removes what make has made; data/ and mlruns/ stay
	@rm -rf $(VENV) $(DEMO) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

python_is_recent = $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	{ echo 'Winnow needs Python 3.11 or newer; $(PYTHON) is older, or not there. Name another: make PYTHON=python3.11 …' >&2; exit 1; }

$(STAMP): pyproject.toml constraints.txt
	@$(call install,.)
	@touch $@

$(DEV_STAMP): pyproject.toml constraints.txt
	@$(call install,.[dev$(comma)dask])
	@$(PIP) install --no-deps '$(PEER)'  # a peer to compare with; its servers and exporters are of no use here
	@touch $(STAMP) $@

install = $(BIN)/python -c '' 2>/dev/null || { $(call python_is_recent); } && \
	{ $(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV); } && \
	echo 'Installing Winnow into $(VENV) (a minute or two) …' && \
	$(PIP) install -c constraints.txt -e '$(1)'
