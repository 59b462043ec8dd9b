# Two commands matter to a newcomer: `make demo` and `make test`. Each makes its own .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: demo test slow docs bench validate coverage clean

demo: $(VENV)/.installed
	$(BIN)/paucity demo

test: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto

slow: $(VENV)/.installed-test
	$(BIN)/python -m pytest -n auto -m slow

docs: $(VENV)/.installed-docs
	$(BIN)/sphinx-build -W -q -b html docs docs/_build

bench: $(VENV)/.installed-test
	$(BIN)/python benchmarks/run.py

# Every result against its reference; with R, metafor and lme4 the reference is made anew.
validate: $(VENV)/.installed-test
	$(BIN)/python validation/compare.py $(if $(shell command -v Rscript),--live)

# Some minutes for each hundred replicates: their number is the first argument of the script.
coverage: $(VENV)/.installed-test
	$(BIN)/python validation/coverage.py $(or $(REPLICATES),1000) validation/coverage.csv
	$(BIN)/python validation/coverage_figure.py

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install -c constraints.txt -e '.[report,assess,literature]'
	@touch $@

$(VENV)/.installed-test: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install -c constraints.txt -e '.[test]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-docs: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install -c constraints.txt -e '.[docs]'
	@touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
