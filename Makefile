# All that a fresh machine needs: Python 3.11 or later with its venv module, and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
OUT    ?= out
PEERS  := .venv-peers
DOCS   := .venv-docs

JOBS   ?= 2
AGAINST ?= HEAD~1

# The incident is about the levels and about each fix alone; its trials are heavy, so it has these and no repeats.
INCIDENT := sequential baseline fix-1 fix-2 fix-3 fix-4 fix-5 fix-6 fix-7 all

# What the page of the main job is made of.
RUNS := league incident attribution

# The pictures that README.md shows.
IMAGES := peaks-incident timeline-incident attribution-league interactions-league

.PHONY: docs settings bench charts test test-slow browser lint gate format benchmarks overhead findings peers clean

bench: $(VENV)/.installed  ## the main job: the league in every variant, the incident's levels, who saved what
	$(BIN)/membench run --scenario league --repeats 3 --jobs $(JOBS) --out $(OUT)/league
	$(BIN)/membench run --scenario incident --repeats 1 --jobs $(JOBS) $(INCIDENT:%=--variant %) --out $(OUT)/incident
	$(BIN)/membench attribute --scenario league --jobs $(JOBS) --out $(OUT)/attribution --format markdown > /dev/null
	$(BIN)/membench report $(RUNS:%=$(OUT)/%/results.json) --out $(OUT) --format html

charts: $(VENV)/.installed  ## the pictures of README.md, of the last run of the main job
	@for run in $(RUNS); do test -f $(OUT)/$$run/results.json || exec $(MAKE) bench; done
	$(BIN)/membench report $(RUNS:%=$(OUT)/%/results.json) --out $(OUT) --format html
	mkdir -p docs/images
	cp $(IMAGES:%=$(OUT)/charts/%.png) docs/images/

test: $(VENV)/.installed  ## the tests, those marked slow left out
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

test-slow: $(VENV)/.installed  ## the tests marked slow
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile -m slow

browser: $(VENV)/.installed  ## what the tests of pages need: Playwright, and Debian's chromium where apt is there
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[browser]'
	@command -v chromium >/dev/null || { \
	  command -v apt-get >/dev/null || { echo "There is no apt here: install chromium by hand, or the tests of pages are skipped."; exit 0; }; \
	  as=""; [ "$$(id -u)" = 0 ] || as="sudo -n"; \
	  $$as apt-get update -qq && $$as apt-get install -y -qq --no-install-recommends chromium >/dev/null \
	    || echo "chromium could not be installed: the tests of pages are skipped."; }

lint: $(VENV)/.installed  ## style, types, architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

gate: $(VENV)/.installed  ## the pipelines against those of the last commit
	$(BIN)/membench gate --against $(AGAINST) --jobs $(JOBS) --out $(OUT)/gate

format: $(VENV)/.installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

benchmarks: $(VENV)/.installed  ## throughput of the two shapes of concurrency
	$(BIN)/python -m pytest tests/benchmarks --benchmark-only --override-ini addopts=

overhead: $(VENV)/.installed  ## what membench adds to a program's time; wants an idle machine, takes 15 minutes
	$(BIN)/python tests/benchmarks/overhead.py

findings: $(VENV)/.installed  ## what the fixes are worth, measured anew; writes docs/findings.md
	$(BIN)/python -m membench.harness.commands.league.findings --measure --from $(OUT)/findings --out docs/findings.md

settings: $(VENV)/.installed  ## the schema for editors and the page of docs/, from the keys that the reader knows
	$(BIN)/python -m membench.harness.commands.settings

docs: $(DOCS)/.installed  ## the site of docs/, the interface and the commands; a broken link or a silent name fails
	$(DOCS)/bin/sphinx-build -q -W --keep-going -b html docs $(OUT)/docs
	@echo $(OUT)/docs/index.html

peers: $(PEERS)/.installed  ## membench beside other tools, in an environment of its own; writes docs/peers.md
	$(PEERS)/bin/python tests/peers/compare.py --out docs/peers.md

# PIP_CONSTRAINT rather than -c: it also pins what the isolated build installs.
$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

$(DOCS)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(DOCS)
	PIP_CONSTRAINT=constraints.txt $(DOCS)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[docs]'
	touch $@

$(PEERS)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(PEERS)
	PIP_CONSTRAINT=constraints.txt $(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[peers]'
	touch $@

clean:
	rm -rf $(VENV) $(PEERS) $(DOCS) $(OUT) .mypy_cache .pytest_cache .ruff_cache .hypothesis .benchmarks
