# Two commands matter: `make book` builds and serves the book, `make test` proves it.
.PHONY: help setup book html lite offline pdf test quick test-all results bench lab settings clean
.DEFAULT_GOAL := help

# The first Python from 3.11 to 3.13 that runs; `make PYTHON=/path/to/python book` decides otherwise.
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
  $$p -c '$(FITS)' 2>/dev/null && { echo $$p; break; }; done)
PY := .venv/bin/python
JS := $(if $(shell command -v npm),node_modules/.ready)

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/.ready  ## create .venv with the pinned requirements

.venv/.ready: requirements.txt pyproject.toml
	@test -n "$(PYTHON)" && $(PYTHON) -c '$(FITS)' || \
	  { echo "Python 3.11, 3.12 or 3.13 is needed; found: $(or $(PYTHON),none)"; exit 1; }
	@echo "Setting up .venv: PyTorch and what builds the book, some GB (once; minutes without a word)"
	@$(PYTHON) -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

node_modules/.ready: package-lock.json
	@npm ci --silent --no-audit --no-fund
	@touch $@

book: html  ## build the book and, in a terminal, serve it on this machine
	@$(PY) tools/lite_site.py || echo "The book stands without the notebooks in the browser: they could not be built."
	@$(PY) tools/serve.py

html: .venv/.ready  ## build the book into _build/html
	@$(PY) tools/build.py

lite: html  ## build the notebooks that run in the browser, beside the book
	@$(PY) tools/lite_site.py

offline: html  ## the built site as one archive that works without a server: _build/offline/
	@$(PY) tools/offline.py

pdf: html  ## the book on paper: _build/pdf/ (needs Chromium)
	@$(PY) tools/paper.py

test: .venv/.ready $(JS)  ## every test: Python, notebooks, JavaScript, the built site in Chromium
	@$(PY) tools/build.py
	@$(PY) tools/lite_site.py
	@$(PY) -m pytest -n auto --dist loadfile -m "not release"

quick: .venv/.ready $(JS)  ## the inner loop, under two minutes
	@$(PY) -m pytest -n auto --dist loadfile -m "not slow and not browser and not release" -x

test-all: .venv/.ready $(JS)  ## before a release: from clean, recorded results re-run too
	@rm -rf _build
	@$(PY) tools/build.py
	@$(PY) tools/lite_site.py
	@$(PY) -m pytest -n auto --dist loadfile

results: .venv/.ready  ## run the recorded experiments (long) and write results/
	@$(PY) tools/results.py

bench: .venv/.ready  ## ratios against the peers, each behind a correctness gate
	@$(PY) -m benchmarks

lab: .venv/.ready  ## open the chapters in JupyterLab
	@.venv/bin/jupyter lab --notebook-dir=. book/foundations/01_neurons.ipynb

settings: .venv/.ready  ## write what follows from pyproject.toml and solutions/ into derived files
	@$(PY) tools/settings.py
	@$(PY) tools/tokens.py
	@$(PY) tools/exercises.py

clean:  ## forget everything built; downloads stay in .lite
	rm -rf _build
