# SPDX-License-Identifier: Apache-2.0
# make build   the Python package and the command .venv/bin/allomatch
# make demo    all of it on a fresh Debian or Ubuntu: simulate a registry, search it, print the list
# make test    set up, build and run every test
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := g++ cmake ninja-build pkg-config ccache git libtbb-dev libboost-dev libeigen3-dev zlib1g-dev libminizip-dev \
            libexpat1-dev nlohmann-json3-dev libtomlplusplus-dev libxxhash-dev libsqlite3-dev libssl-dev libgtest-dev \
            libbenchmark-dev python3-venv python3-dev
# Only for tests, and not in every distribution: without them the tests in a browser are skipped.
BROWSER := chromium chromium-driver fonts-wqy-microhei
# The sources of the package; a change to any of them reinstalls it.
SOURCES := $(shell find CMakeLists.txt pyproject.toml include src python -type f -not -name '*.pyc' 2>/dev/null)
export CCACHE_SLOPPINESS := pch_defines,time_macros
JOBS := $(shell nproc)

.PHONY: build demo test test-cpp test-python bench asan tsan tidy fuzz clean help

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

build: .venv/.installed

.venv/.packages: Makefile
	@missing=""; for p in $(PACKAGES); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  echo "installing$$missing"; \
	  if [ "$$(id -u)" = 0 ]; then as=; else as=sudo; fi; \
	  $$as apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive $$as apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi
	@mkdir -p $(VENV) && touch $@

.venv/.browser: .venv/.packages
	@missing=""; for p in $(BROWSER); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  echo "installing$$missing"; \
	  if [ "$$(id -u)" = 0 ]; then as=; else as=sudo; fi; \
	  $$as apt-get update -qq; \
	  DEBIAN_FRONTEND=noninteractive $$as apt-get install -y -qq --no-install-recommends $$missing >/dev/null || \
	    echo "no browser: its tests will be skipped"; \
	fi
	@touch $@

.venv/.python: .venv/.packages pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --upgrade pip
	$(BIN)/python -m pip install -q "scikit-build-core>=0.10" "pybind11>=3.0" "numpy>=1.24" "rich>=13" \
	  "pyarrow>=14" "pandas>=2.2" "polars>=1" "matplotlib>=3.8" "pytest>=8" "hypothesis>=6" "mypy>=1.10" "ruff>=0.6" \
	  "html5lib>=1.1" "selenium>=4.20" "jupytext>=1.16" "nbclient>=0.10" "ipykernel>=6.29" "tqdm>=4.66"
	@touch $@

.venv/.installed: .venv/.python $(SOURCES)
	$(BIN)/python -m pip install -q --no-build-isolation --no-deps -C build-dir=build/python .
	@touch $@

demo: build
	$(BIN)/python -m allomatch.demo

test: test-cpp test-python

test-cpp: .venv/.packages
	cmake --preset release >/dev/null
	cmake --build --preset release -j $(JOBS)
	ctest --preset release -j $(JOBS)
	@sed -n '/: Skipped$$/{n;p}' build/release/Testing/Temporary/LastTest.log | sort | uniq -c | sed 's/^/skipped:/'

test-python: build .venv/.browser
	$(BIN)/python -m pytest -q

bench: .venv/.packages
	cmake --preset bench >/dev/null
	cmake --build --preset bench -j $(JOBS)
	build/bench/bench/allomatch_bench

asan tsan: .venv/.packages
	cmake --preset $@ >/dev/null
	cmake --build --preset $@ -j $(JOBS)
	ctest --preset $@

clean:
	rm -rf build $(VENV) demo
