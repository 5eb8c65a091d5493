# Two commands do all their own set-up inside this checkout:  make demo   and   make test
# make test-all runs the tests that drive a Chromium too, where there is one.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test test-all check lint types clean

demo: $(VENV)/.installed
	@$(BIN)/framing compare datasets/sample/build/articles.jsonl -o demo-report --target "Sallowmouth Port Company" --target "Harbour Workers' Federation" --cache $(VENV)/encodings --overwrite || test $$? -eq 1

test: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest -n 2 --dist loadfile

test-all: $(VENV)/.installed-all
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not network and not gpu and not slow"

lint: $(VENV)/.installed-dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/.installed-dev
	@$(BIN)/mypy

check: test lint types

$(VENV)/bin/python:
	@echo "making $(VENV)"
	@$(PYTHON) -m venv $(VENV)

# The stamp is newer than pyproject.toml only when what it names is installed, so a second run installs nothing.
$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	@echo "installing framing and what it needs into $(VENV) (once)"
	@$(BIN)/pip install --quiet -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(VENV)/bin/python
	@echo "installing framing with its test tools into $(VENV) (once)"
	@$(BIN)/pip install --quiet -e '.[dev]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-all: pyproject.toml | $(VENV)/bin/python
	@echo "installing framing with its test tools, browser driver and SPSS writer into $(VENV) (once)"
	@$(BIN)/pip install --quiet -e '.[dev,browser,spss]'
	@touch $@ $(VENV)/.installed $(VENV)/.installed-dev

clean:
	rm -rf $(VENV) demo-report .pytest_cache .mypy_cache .ruff_cache
