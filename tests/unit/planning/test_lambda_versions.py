"""Which versions of a function are ours, and which of these nobody needs any more."""

from __future__ import annotations

import pytest

from gitmoxi.planning.lambda_versions import (
    is_published_by,
    is_published_for,
    superfluous_versions,
    version_description,
)


def ours(number: int, owner: str = "us") -> dict[str, str]:
    return {"Version": str(number), "Description": version_description(owner, f"d-{number}", "greets")}


def theirs(number: int) -> dict[str, str]:
    return {"Version": str(number), "Description": "greets"}


def test_a_version_tells_who_published_it_for_what_and_what_it_is():
    version = ours(1)
    assert version["Description"] == "[gitmoxi:us d-1] greets"
    assert is_published_by("us", version)
    assert is_published_for("us", "d-1", version)
    assert not is_published_by("u", version)
    assert not is_published_for("us", "d-", version)


def test_a_description_stays_within_what_lambda_takes():
    assert len(version_description("us", "d-1", "x" * 256)) == 256
    assert version_description("us", "d-1", "") == "[gitmoxi:us d-1]"


@pytest.mark.parametrize(
    ("versions", "used", "keep", "gone"),
    [
        pytest.param([ours(1), ours(2), ours(3)], (), 2, ("1",), id="the oldest"),
        pytest.param([ours(1), ours(2), ours(3)], (), 3, (), id="as many as are kept"),
        pytest.param([ours(1), ours(2), ours(3)], (), 0, ("1", "2", "3"), id="all, before one is published"),
        pytest.param([ours(1), ours(2), ours(3)], ("1",), 1, ("2",), id="not one that is used"),
        pytest.param([theirs(1), ours(2), theirs(3), ours(4)], (), 1, ("2",), id="never others'"),
        pytest.param([ours(1, "them"), ours(2)], (), 0, ("2",), id="never another installation's"),
        pytest.param([{"Version": "1"}, ours(2)], (), 1, (), id="one without a description"),
    ],
)
def test_superfluous_versions(versions, used, keep, gone):
    assert superfluous_versions(versions, owner="us", used=frozenset(used), keep=keep) == gone
