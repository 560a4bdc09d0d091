"""How much a commit may delete without approval."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gitmoxi.domain.delete_guard import DeleteLimits, approval_command, limits_of
from gitmoxi.domain.records import Repository

STRICT = DeleteLimits(at_most=0, percent=0)


@pytest.mark.parametrize(
    ("limits", "owned", "allowed"),
    [
        pytest.param(DeleteLimits(), 0, 3, id="a few are always allowed"),
        pytest.param(DeleteLimits(), 10, 3, id="of 10, 3 are more than 20 %"),
        pytest.param(DeleteLimits(), 19, 3, id="of 19, 20 % are 3 and a bit"),
        pytest.param(DeleteLimits(), 20, 4, id="of 20, 20 % are more than 3"),
        pytest.param(DeleteLimits(), 100, 20, id="of 100, 20 %"),
        pytest.param(STRICT, 100, 0, id="nothing goes without approval"),
        pytest.param(DeleteLimits(at_most=0, percent=100), 7, 7, id="everything does"),
        pytest.param(DeleteLimits(at_most=5, percent=0), 1000, 5, id="a number alone"),
    ],
)
def test_the_larger_limit_counts(limits, owned, allowed):
    assert limits.allowed(owned) == allowed


@pytest.mark.parametrize(
    ("max_deletes", "allowed"),
    [
        pytest.param(None, 20, id="none of its own"),
        pytest.param(0, 0, id="stricter"),
        pytest.param(50, 50, id="laxer"),
    ],
)
def test_a_repository_s_own_number_stands_alone(max_deletes, allowed):
    repository = Repository(
        id="r-1",
        url="https://git.example.com/shop",
        branches=("main",),
        registered_at=datetime(2026, 11, 22, tzinfo=UTC),
        max_deletes=max_deletes,
    )

    assert limits_of(repository, DeleteLimits()).allowed(100) == allowed


def test_a_repository_that_is_no_longer_registered_has_the_installation_s_limits():
    assert limits_of(None, STRICT) == STRICT


def test_what_to_type_is_safe_to_paste():
    typed = approval_command(sha="a" * 40, repository_url="file:///my repo", branch="feature/#1")

    assert typed == f"gmctl commit approve-deletes -c {'a' * 12} -r 'file:///my repo' -b 'feature/#1'"
