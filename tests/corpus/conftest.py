"""The folder of files that real projects committed; it is not part of the repository."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

VARIABLE = "GITMOXI_CORPUS"


@pytest.fixture(scope="session")
def corpus():
    """The folder named by GITMOXI_CORPUS: without it these tests are skipped, with a wrong one they fail."""
    named = os.environ.get(VARIABLE)
    if named is None:
        pytest.skip(f"{VARIABLE} names no folder")
    folder = Path(named)
    if not (folder / "SOURCES.tsv").is_file():
        pytest.fail(f"{VARIABLE} names {named}, which holds no SOURCES.tsv")
    return folder


@pytest.fixture(scope="session")
def corpus_sources(corpus):
    """The rows of SOURCES.tsv: file, kind, botocore_class, placeholders, reasons and where it came from."""
    with (corpus / "SOURCES.tsv").open(newline="") as sources:
        return list(csv.DictReader(sources, delimiter="\t"))
