# make lab        sets everything up and opens the lessons in JupyterLab
# make test       sets everything up and runs every test
# make notebooks  builds the lessons from their sources
# make pictures   draws the pictures of the README
# make bench      prints how fast it is

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
NBVAL := --ignore-glob='*/conftest.py' --nbval --nbval-current-env --nbval-cell-timeout 120 --nbval-sanitize-with notebooks/nbval_sanitize.cfg

.PHONY: lab test notebooks pictures bench clean

lab: $(VENV)/lab
	$(BIN)/kubelab lab $(if $(LESSONS),--lang $(LESSONS))

test: $(VENV)/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m kubelab.lab.build --check
	$(BIN)/pytest -n 2 --dist loadfile $(NBVAL) tests kubelab notebooks/es notebooks/en

notebooks: $(VENV)/lab
	$(BIN)/python -m kubelab.lab.build

pictures: $(VENV)/lab
	$(BIN)/python docs/images/draw.py

bench: $(VENV)/lab
	$(BIN)/python -m benchmarks

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "kubelab needs Python 3.11 or newer"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/lab: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[lab]'
	@touch $@

$(VENV)/test: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@ $(VENV)/lab

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
