# The commands for people. On Windows see README.md.
.PHONY: run test fuzz simulate check bench build openapi setup test-setup clean

PYTHON = .venv/bin/python
WORKERS ?= auto

run: setup
	@$(PYTHON) packaging/run/demo.py

test: test-setup
	$(PYTHON) -m pytest --numprocesses $(WORKERS) --dist loadscope $(PYTEST_ARGUMENTS)

fuzz: test-setup
	HOURKEEP_FUZZ=$${HOURKEEP_FUZZ:-200} $(PYTHON) -m pytest tests/hostile $(PYTEST_ARGUMENTS)

simulate: test-setup
	@$(PYTHON) -m tests.simulation $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),2000) --first $(or $(FIRST),0))

check: setup
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/deptry .

bench: test-setup
	$(PYTHON) -m tests.bench $(ROWS)

build: setup
	.venv/bin/pyinstaller --noconfirm --log-level WARN --distpath dist --workpath build build.spec
	dist/hourkeep/hourkeep --self-test

openapi: setup
	.venv/bin/hourkeep-server openapi > resources/openapi.json

setup:
	@packaging/run/prepare

test-setup:
	@packaging/run/prepare test

clean:
	rm -rf build dist bench .demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
