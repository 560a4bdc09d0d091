"""The folder of files that real projects committed; it is not part of the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.corpus.checked import check_corpus, read_sources

VARIABLE = "GITMOXI_CORPUS"


@pytest.fixture(scope="session")
def corpus():
    """Where the folder is; without the variable the tests are skipped, with a wrong one they fail."""
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
    return read_sources(corpus)


@pytest.fixture(scope="session")
def checked(corpus, tmp_path_factory):
    """What ``gmctl validate`` says about each file of the corpus, by its path there."""
    return check_corpus(corpus, tmp_path_factory.mktemp("corpus"))
