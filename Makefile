# Everything sets itself up: the only things needed are Python 3.11 or newer and make.
PYTHON ?= python3
VENV := .venv
GENERATE_VENV := .venv-generate
BENCH_VENV := .venv-bench
OLDEST_VENV := .venv-oldest
NEWEST_VENV := .venv-newest
PY := $(VENV)/bin/python
REGENERATE := PYTHONPATH=overlay PYTHONDONTWRITEBYTECODE=1 $(GENERATE_VENV)/bin/python -m regenerate
READY := $(VENV)/.ready
GENERATE_READY := $(GENERATE_VENV)/.ready
BENCH_READY := $(BENCH_VENV)/.ready
RESOLVE := $(PY) -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --upgrade
INSTALL := -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps
EDITABLE := -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .

.PHONY: help demo test soak check generate reference pictures drift bench lock build sbom test-wheel test-oldest test-newest clean

help: ## Show what there is to make.
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "%-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(READY) ## Two years of a house, synced from the embedded mock server, exported and drawn; no account needed.
	$(PY) examples/demo.py

test: $(READY) check ## Everything that has to hold: check, and every test.
	$(PY) -m pytest -n auto

soak: $(READY) ## Break what can break: races, kills, damage, mutants, random tests at depth (under an hour); docs/reliability.md says what came of it.
	$(PY) -m tests.soak

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

bench: $(BENCH_READY) $(GENERATE_READY) ## Measure the project beside its peers and its limits, in one run (under 10 minutes), and write docs/benchmarks.md.
	$(BENCH_VENV)/bin/python -m benchmarks

lock: $(READY) ## Resolve the locks anew, with hashes and without index addresses.
	$(RESOLVE) --extra all --group dev -o locks/dev.txt pyproject.toml
	$(RESOLVE) --extra all --annotate -c locks/dev.txt -o locks/runtime.txt pyproject.toml
	$(RESOLVE) --extra all --no-deps --resolution lowest-direct -o $(VENV)/lowest.txt pyproject.toml
	cp locks/dev.txt locks/oldest.txt
	$(RESOLVE) --no-upgrade --extra all --group test -c $(VENV)/lowest.txt -o locks/oldest.txt pyproject.toml
	$(RESOLVE) -o locks/generate.txt locks/generate.in
	$(RESOLVE) --extra all -o locks/bench.txt pyproject.toml locks/bench.in

build: $(READY) ## Build the wheel and the source distribution into dist/: the same bytes each time.
	$(PY) -m build --no-isolation --quiet

test-wheel: $(READY) ## Two builds compared, the bill of materials, and the wheel alone in empty environments.
	$(PY) -m pytest -n 0 -m 'soak or not soak' tests/test_supply_chain.py

# What is old warns of what it will call in another way, beside newer packages: that is nothing of ours.
test-oldest: $(GENERATE_READY) ## Every test, with the oldest dependencies that are allowed (locks/oldest.txt; Python 3.11).
	$(PYTHON) -m venv --clear $(OLDEST_VENV)
	$(OLDEST_VENV)/bin/python $(INSTALL) -r locks/oldest.txt
	$(OLDEST_VENV)/bin/python $(EDITABLE)
	$(OLDEST_VENV)/bin/python -m pytest -n auto -W ignore::DeprecationWarning

test-newest: $(READY) $(GENERATE_READY) ## Every test, with the newest dependencies that are allowed, resolved now.
	$(PYTHON) -m venv --clear $(NEWEST_VENV)
	$(RESOLVE) --extra all --group test -o $(NEWEST_VENV)/newest.txt pyproject.toml
	$(NEWEST_VENV)/bin/python $(INSTALL) -r $(NEWEST_VENV)/newest.txt
	$(NEWEST_VENV)/bin/python $(EDITABLE)
	$(NEWEST_VENV)/bin/python -m pytest -n auto

sbom: build ## Write what the wheel stands on beside it, as CycloneDX: dist/enphase-cloud-VERSION.cdx.json.
	$(PY) locks/sbom.py

clean: ## Remove environments, caches and what was built.
	rm -rf .coverage .bench .soak $(VENV) $(GENERATE_VENV) $(BENCH_VENV) $(OLDEST_VENV) $(NEWEST_VENV) dist build demo-output .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): locks/dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(PY) $(INSTALL) -r locks/dev.txt
	$(PY) $(EDITABLE)
	touch $@

$(GENERATE_READY): locks/generate.txt
	$(PYTHON) -m venv $(GENERATE_VENV)
	$(GENERATE_VENV)/bin/python $(INSTALL) -r locks/generate.txt
	touch $@

$(BENCH_READY): locks/bench.txt pyproject.toml
	$(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python $(INSTALL) -r locks/bench.txt
	$(BENCH_VENV)/bin/python $(EDITABLE)
	touch $@
