# Set-up in two commands: `make demo` tags the sample archive, `make test` runs the tests.
# Another interpreter: make demo PYTHON=python3.12

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test lint model clean

demo: $(VENV)/installed
	rm -f build/sample_tagged.csv*
	$(BIN)/vnpolicy tag data/sample_archive.csv -o build/sample_tagged.csv
	$(BIN)/python examples/show_tagged.py build/sample_tagged.csv

test: $(VENV)/installed
	$(BIN)/python -m pytest

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Trains the packaged model from data/ again, but for the test split; the test suite checks that it comes out equal.
model: $(VENV)/installed
	$(BIN)/vnpolicy train data/articles.csv -o models/default --group-column batch --only split=train,validation \
		--evidence data/evidence.csv --set min_df=3 --set word_ngram_range=null --set C=100 --set sublinear_tf=2.0 \
		--set beta=3.0

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[test,lint]'
	touch $@

clean:
	rm -rf $(VENV) build dist
