"""The benchmark of validation reads the real files that it says it reads."""

from __future__ import annotations

import pytest

from tests.benchmark import validating

pytestmark = pytest.mark.corpus


def test_every_native_definition_is_measured(corpus, corpus_sources):
    native = [row for row in corpus_sources if row["kind"] in {"taskdef", "svcdef", "lambdadef"}]

    assert validating.measure(corpus).count == len(native)
