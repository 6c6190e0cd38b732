# What one can do here. Everything runs in .venv, with the releases of constraints.txt.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

# A relative path to a file of mirrors is one from here, also where a target works in another folder.
ifneq ($(LIMNER_MIRRORS),)
ifeq ($(filter /% ~%,$(LIMNER_MIRRORS)),)
export LIMNER_MIRRORS := $(CURDIR)/$(LIMNER_MIRRORS)
endif
endif

.DEFAULT_GOAL := help
.PHONY: help install repro experiments test lint format clean

help:  ## say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(BIN)/.installed  ## make .venv and install limner into it

$(BIN)/.installed: pyproject.toml constraints.txt
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' \
		|| { echo "limner needs Python 3.11 or 3.12; name it: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	"$(PYTHON)" -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

repro: install  ## build everything that is not up to date: photos to report
	limner check
	dvc repro
	@echo "Open reports/index.html"

experiments: install  ## build both reports' experiments and their answers; an hour to an hour and a half on two cores
	cd experiments && limner check && dvc repro
	@echo "Open experiments/reports/index.html"

test: repro  ## the same, then the tests
	python -m pytest --numprocesses auto

lint: install  ## ruff and mypy
	ruff check
	ruff format --check
	mypy

format: install  ## let ruff put the code in order
	ruff check --fix
	ruff format

clean:  ## remove what the pipeline built, not what it remembers (DVC's and limner's caches)
	git clean -dfXq models runs reports dvc_plots ':(glob)data/*.*' $(addprefix data/,raw faces weights sketches) \
		$(addprefix experiments/,data models runs reports dvc_plots)
