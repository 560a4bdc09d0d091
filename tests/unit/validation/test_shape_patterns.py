"""The patterns of AWS's models: read, translated from Java, and never slow."""

from __future__ import annotations

import time

import pytest
from botocore.model import ListShape, MapShape, StructureShape

from gitmoxi.validation.aws_model import input_shape
from gitmoxi.validation.shape_patterns import FORMS, compiled, has_form

REQUESTS = (
    ("ecs", "CreateService"),
    ("ecs", "RegisterTaskDefinition"),
    ("lambda", "CreateFunction"),
    ("lambda", "CreateEventSourceMapping"),
)
UNREADABLE: frozenset[str] = frozenset()
"""Patterns that ``re`` cannot read, so that AWS alone checks them."""


def collect(shape, found, above=()):
    if shape.name in above:
        return
    inner = (*above, shape.name)
    match shape:
        case StructureShape():
            for member in shape.members.values():
                collect(member, found, inner)
        case ListShape():
            collect(shape.member, found, inner)
        case MapShape():
            collect(shape.key, found, inner)
            collect(shape.value, found, inner)
        case _:
            if "pattern" in shape.metadata:
                found[shape.name] = shape.metadata["pattern"]


@pytest.fixture(scope="module")
def patterns():
    """By the name of its shape, each pattern of the requests that users write."""
    found = {}
    for service, operation in REQUESTS:
        collect(input_shape(service, operation), found)
    return found


def test_all_patterns_can_be_read_but_those_that_are_listed(patterns):
    assert len(patterns) > 25
    assert {pattern for pattern in patterns.values() if compiled(pattern) is None} == UNREADABLE


def test_the_words_are_for_patterns_that_there_are(patterns):
    assert FORMS.keys() <= patterns.keys()


def test_no_pattern_is_slow_on_texts_made_to_be_slow(patterns):
    """Whatever backtracks without bounds takes hours here, not seconds."""
    pieces = ("a", "a.", "-", "a-", "0", "arn:aws:", "arn:aws:lambda:us-east-1:", "/mnt/", " ", "_a", "a:b")
    began = time.process_time()

    for pattern in patterns.values():
        for piece in pieces:
            has_form(pattern, piece * (4095 // len(piece)) + "\0")

    assert time.process_time() - began < 20


@pytest.mark.parametrize(
    ("pattern", "text", "taken"),
    [
        pytest.param(
            r"[\p{L}\p{Z}\p{N}_.-]*",
            "Größe 1\u00a0½",
            True,
            id="letters, blanks and numbers of all alphabets",
        ),
        pytest.param(r"[\p{L}\p{Z}\p{N}_.-]*", "a\tb", False, id="a tab is no separator in Java"),
        pytest.param(r"\d{2}", "١٢", False, id="digits are those of ASCII in Java"),
        pytest.param("a|ab", "ab", True, id="the whole text counts"),
        pytest.param("a*", "a\n", False, id="a last line's end counts"),
        pytest.param("(?<x", "a", True, id="what cannot be read proves nothing"),
        pytest.param("a*", "b" * 4097, True, id="what is too long is left to AWS"),
    ],
)
def test_texts_are_matched_as_aws_does(pattern, text, taken):
    assert has_form(pattern, text) is taken
