# make serve            environment, models, and the server on 127.0.0.1:8080 (HOST=, PORT=, CONFIG=, ARGS=)
# make test             everything that the tests need, and the tests (ARGS= for pytest)
# make check            all that must hold for a change, as CI runs it
# make quick            style, types, import rules, and the unit tests that need no process of ours: under three minutes
# make lint             style, types, import rules
# make format           let ruff rewrite what it can
# make models           fetch and verify the models that CONFIG names
# make lock             resolve the lock files again (KEEP=1: only what must change)
# make sbom             list packages and weights as CycloneDX: build/sbom.cdx.json
# make audit            known vulnerabilities of the locked Python packages; says so where their data cannot be reached
# make image-lint       judge Dockerfile.cuda
# make reference        PaddleX and other systems in environments of their own, in .reference: minutes and gigabytes
# make bench            speed beside other systems, same weights, same machine (QUICK=1 for the short form)
# make accuracy         how well documents with known text are read, beside the reference
# make parity           the golden answers: how far ours are from the reference's
# make prove            the long forms of what the tests prove, for hours: ARGS="soak fuzz" for some, ARGS=--list for names
# make clean            remove the environment; models stay in the user's cache directory
#
# make bench, accuracy, parity and prove need the reference, and make it first: minutes and gigabytes in .reference.
#
# Needs Python 3.11 or newer with venv and pip, and the network at first. Steps that are done leave a stamp in .venv.

PYTHON ?= python3
VENV ?= .venv
HOST ?=
PORT ?=
CONFIG ?=
ARGS ?=
QUICK ?=
KEEP ?=

BIN := $(VENV)/bin
MODELS := $(VENV)/.models$(subst /,_,$(CONFIG))
CONFIG_OPTION := $(if $(CONFIG),--config $(CONFIG))

# Unit tests that start processes, compile, or run real networks, which takes longer than the other unit tests together.
SLOW := $(addprefix tests/unit/, \
	benchmarks/gpu models/engines/torch models/stages/device models/stages/test_device.py models/store server/children \
	server/cli server/decode/office server/decode/workers server/pipelines/replicas)
QUICK_TESTS := tests/unit tests/accuracy tests/deploy tests/docs tests/fuzz tests/test_*.py

.PHONY: check quick prove serve test lint format lock sbom audit image-lint models bench accuracy parity reference clean

serve: $(MODELS)
	@exec $(BIN)/ppocr-server serve $(CONFIG_OPTION) $(if $(HOST),--host $(HOST)) $(if $(PORT),--port $(PORT)) $(ARGS)

test: $(VENV)/.dev $(MODELS)
	$(BIN)/python -m pytest $(ARGS)

# As on a fresh clone with nothing beside it; then what reads the evaluation data, if it is there.
check: lint image-lint audit
	PPOCR_EVALUATION_DATA=/dev/null $(MAKE) test
	$(MAKE) test ARGS="-m evaluation_data"

quick: lint
	PPOCR_EVALUATION_DATA=/dev/null $(BIN)/python -m pytest $(addprefix --ignore=,$(SLOW)) $(ARGS) $(QUICK_TESTS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.dev
	UV=$(BIN)/uv KEEP=$(KEEP) deploy/lock.sh

sbom: $(VENV)/.dev
	$(BIN)/python deploy/sbom.py --lock deploy/lock/server.txt --manifest configs/models.yaml --output build/sbom.cdx.json

audit: $(VENV)/.dev
	$(BIN)/python -m deploy.audit

image-lint: $(VENV)/.dev
	$(BIN)/hadolint Dockerfile.cuda

models: $(MODELS)

bench: $(VENV)/.dev $(MODELS) reference
	$(BIN)/python -m pip install --quiet --group bench
	QUICK=$(QUICK) $(BIN)/python -m benchmarks $(ARGS)

accuracy: $(VENV)/.dev $(MODELS) reference
	$(BIN)/python -m benchmarks.accuracy $(ARGS)

parity: $(VENV)/.dev $(MODELS) reference
	$(BIN)/python -m tests.parity $(ARGS)

prove: $(VENV)/.dev $(MODELS) reference
	$(BIN)/python -m benchmarks.prove $(ARGS)

reference: $(VENV)/.dev
	PYTHON="$(PYTHON)" bash tests/reference/setup.sh

clean:
	rm -rf $(VENV)

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	@touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml deploy/lock/build.txt deploy/lock/server.txt
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r deploy/lock/build.txt -r deploy/lock/server.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@

$(MODELS): $(VENV)/.installed configs/models.yaml $(CONFIG)
	$(BIN)/ppocr-server models pull $(CONFIG_OPTION)
	@touch $@
