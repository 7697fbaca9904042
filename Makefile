# Every verb makes its own virtual environment first; nothing but Python 3.11+ and make is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
OUT ?= out

.PHONY: demo test check fast lint format types data docs sbom clean dist test-wheel test-minimum test-newest test-prerelease coverage mutation

demo: $(READY)  ## plan the embedded county, verify the plan, write the report and the workbook
	$(BIN)/placement-opt demo --out $(OUT)

test: $(READY) lint types  ## lint, types and the whole test suite
	$(BIN)/python -m pytest -q -n auto

fast: $(READY)  ## the tests, stopping at the first failure
	$(BIN)/python -m pytest -q -x -n auto

check: test

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(READY)
	$(BIN)/mypy

data: $(READY)  ## draw the embedded county again from its seed
	$(BIN)/python data/make_exampleshire.py

docs: $(READY)  ## the documentation site, in out/docs: warnings, dead links and anything from the network are errors
	$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going --fresh-env --builder html docs $(OUT)/docs
	$(BIN)/python docs/check_site.py $(OUT)/docs

sbom: $(READY)  ## the bill of materials of what is needed at run time, in CycloneDX JSON
	$(BIN)/python .ci/bill_of_materials.py $(OUT)/sbom.json

dist: $(READY)  ## the wheel and the source archive, in dist/
	rm -rf dist
	$(BIN)/python -m hatchling build -d dist

test-wheel: dist  ## a fast part of the tests against the installed wheel, outside the checkout
	$(PYTHON) .ci/against_wheel.py .venv-wheel

test-minimum: dist  ## the same with the lowest allowed version of every dependency
	$(PYTHON) .ci/against_wheel.py .venv-minimum --lowest

test-newest: dist  ## the same with the newest allowed version of every dependency, fetched anew
	$(PYTHON) .ci/against_wheel.py .venv-newest

test-prerelease: dist  ## the same with the newest PuLP, pre-releases included: may fail, and says how
	-$(PYTHON) .ci/against_wheel.py .venv-prerelease --prerelease

coverage: $(READY)  ## which lines and branches the tests reach, in out/coverage; FILES=... for some tests only
	$(BIN)/python -m pytest -q -n auto --cov --cov-report=html:$(OUT)/coverage --cov-report=term:skip-covered $(FILES)

mutation: $(READY)  ## put small faults into the library, at random, and count how many the tests notice
	$(BIN)/python -m tests.mutation --sample 60 --seed 1 --out $(OUT)/mutation

$(READY): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; this is " + sys.version)'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[explore]" --group test --group lint
	touch $(READY)

clean:
	rm -rf $(VENV) .venv-wheel .venv-minimum .venv-newest .venv-prerelease dist $(OUT) .mypy_cache .pytest_cache .ruff_cache
