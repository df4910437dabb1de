# Everything sets itself up: the only things needed are Python 3.11 or newer and make.
PYTHON ?= python3
VENV := .venv
GENERATE_VENV := .venv-generate
PY := $(VENV)/bin/python
REGENERATE := PYTHONPATH=overlay PYTHONDONTWRITEBYTECODE=1 $(GENERATE_VENV)/bin/python -m regenerate
READY := $(VENV)/.ready
GENERATE_READY := $(GENERATE_VENV)/.ready
# The tests of what costs money or consent where it goes wrong: every line and branch of it, and nine mutants of ten.
PAID_FOR := $(patsubst %,tests/transport/test_%.py,ledger oauth quota retry store tokens)
INSTALL := -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps

.PHONY: help demo test soak check generate reference pictures drift bench lock build clean

help: ## Show what there is to make.
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "%-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(READY) ## Two years of a house, synced from the embedded mock server, exported and drawn; no account needed.
	$(PY) examples/demo.py

test: $(READY) check ## Everything that has to hold: check, and every test.
	$(PY) -m pytest -n auto

soak: $(READY) ## What takes too long for every change: races, kills, mutants, many more cases, random tests that draw others each time.
	$(PY) -m pytest -n auto -m soak
	HYPOTHESIS_PROFILE=roaming $(PY) -m pytest -n auto
	$(PY) -m coverage run -m pytest $(PAID_FOR)
	$(PY) -m coverage report
	$(PY) tests/soak/mutants.py

check: $(READY) $(GENERATE_READY) ## Lint, types, document validators, and generated/ being what generate writes.
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m openapi_spec_validator openapi/monitoring.yaml openapi/commissioning.yaml generated/openapi.yaml
	$(REGENERATE) check

generate: $(GENERATE_READY) ## Write generated/ anew from openapi/ and overlay/.
	$(REGENERATE) generate

reference: $(READY) ## Write docs/reference.md anew from the docstrings and the catalog.
	$(PY) docs/write_reference.py

pictures: $(READY) ## Write the pictures in docs/ anew: plots and the report of a home of the mock server.
	$(PY) docs/take_pictures.py

drift: $(GENERATE_READY) ## Compare another version of a document with the checked-in one: make drift SPEC=path [DOCUMENT=commissioning].
	@test -n "$(SPEC)" || { echo "usage: make drift SPEC=path/to/another.yaml [DOCUMENT=monitoring|commissioning]" >&2; exit 2; }
	@$(REGENERATE) drift --document $(or $(DOCUMENT),monitoring) $(SPEC)

bench: $(READY) ## Measure what DESIGN promises of the generated package, side by side in one run; what a call costs, and how fast ledger and mock are.
	$(PY) benchmarks/startup.py
	$(PY) benchmarks/decode.py
	$(PY) benchmarks/frames.py
	$(PY) benchmarks/export.py
	$(PY) benchmarks/ledger.py
	$(PY) benchmarks/calls.py
	$(PY) benchmarks/mock.py

lock: $(READY) ## Resolve the locks anew, with hashes and without index addresses.
	$(PY) -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --extra dev --upgrade -o locks/dev.txt pyproject.toml
	$(PY) -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --upgrade -o locks/generate.txt locks/generate.in

build: $(READY) ## Build the wheel and the source distribution into dist/.
	$(PY) -m build --no-isolation --quiet

clean: ## Remove environments, caches and what was built.
	rm -rf .coverage $(VENV) $(GENERATE_VENV) dist build demo-output .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): locks/dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(PY) $(INSTALL) -r locks/dev.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(GENERATE_READY): locks/generate.txt
	$(PYTHON) -m venv $(GENERATE_VENV)
	$(GENERATE_VENV)/bin/python $(INSTALL) -r locks/generate.txt
	touch $@
