# All that a fresh machine needs: Python 3.11 or later with its venv module, and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
OUT    ?= out

.PHONY: bench test lint format clean

bench: $(VENV)/.installed  ## run the main job and draw its charts
	$(BIN)/python -m harness bench --out $(OUT)

test: $(VENV)/.installed  ## run the tests
	$(BIN)/python -m pytest

lint: $(VENV)/.installed  ## style, types, architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# PIP_CONSTRAINT rather than -c: it also pins what the isolated build installs.
$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) $(OUT) .mypy_cache .pytest_cache .ruff_cache .hypothesis .benchmarks
