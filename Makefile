# Each command sets up what it needs, in a virtual environment of its own: .venv, which `make clean` removes.
PYTHON ?= python3
VENV   ?= .venv
LIMITS ?= -c constraints.txt
BIN     = $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help train test test-newest cases hostile bench notebooks export docs readme browse figures clean

help:
	@echo 'make train      check every gradient on MNIST, then train (ARGS="--epochs 3" for options)'
	@echo 'make test       run every notebook: they are the tests'
	@echo 'make test-newest  the same, with the newest versions of everything'
	@echo 'make cases      the long run of the property tests (CASES=1500 for each of 9 properties)'
	@echo 'make hostile    40,000 damaged files under 2 GB, and Ctrl-C at 200 moments, some minutes (ARGS=--help)'
	@echo 'make bench      time and memory of a step against autograd, some minutes (ARGS=--compile, --check)'
	@echo 'make notebooks  run notebooks and save their outputs (NB=nbs/02_forward.ipynb for one)'
	@echo 'make export     write the library, and clean the notebooks'
	@echo 'make docs       render docs/ and README.md from the notebooks'
	@echo 'make browse     open every page of docs/ in Chromium and look at it (SCREENSHOTS=folder keeps pictures)'
	@echo 'make figures    words, code, pictures and cut lines of each page of docs/ (ARGS=--check: fail if a bar is broken)'
	@echo 'make clean      remove the virtual environment and what was built'

train: $(VENV)/.installed
	minibackprop $(ARGS)

test: $(VENV)/.development
	OMP_NUM_THREADS=1 nbdev_test --n_workers 2 --do_print  # one thread for each of two workers: more would wait for each other

test-newest:  # in an environment of its own: what will break next
	$(MAKE) -s VENV=.venv-newest LIMITS= test

CASES ?= 1500
cases: $(VENV)/.development
	MINIBACKPROP_CASES=$(CASES) python tools/notebooks.py --print nbs/06j_properties.ipynb

hostile: $(VENV)/.development
	OMP_NUM_THREADS=1 python tools/hostile.py $(ARGS)

bench: $(VENV)/.development
	python tools/bench.py $(ARGS)
	case '$(ARGS)' in *--check*|*--tiny*) ;; *) python tools/notebooks.py nbs/09_speed.ipynb && nbdev_clean;; esac

notebooks: $(VENV)/.development
	python tools/notebooks.py $(NB)
	nbdev_clean

export: $(VENV)/.development
	nbdev_export
	nbdev_clean

docs: $(VENV)/.development
	python tools/site/build.py

browse: $(VENV)/.browser
	python tools/site/browser.py

figures: $(VENV)/.browser
	python tools/site/figures.py $(ARGS)

readme: $(VENV)/.development
	python tools/site/build.py --readme

clean:
	rm -rf $(VENV) .venv-newest _proc build dist *.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "Python 3.10 or newer is needed, and $(PYTHON) is older. Another one: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@$@ -m pip install -q --upgrade pip  # an old pip does not understand the newest packages

$(VENV)/.installed: settings.ini setup.py constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install -q $(LIMITS) -e .
	@touch $@

$(VENV)/.development: $(VENV)/.installed
	$(BIN)/python -m pip install -q $(LIMITS) -e '.[dev]'
	@touch $@

$(VENV)/.browser: $(VENV)/.development
	$(BIN)/python -m pip install -q $(LIMITS) playwright
	@touch $@
