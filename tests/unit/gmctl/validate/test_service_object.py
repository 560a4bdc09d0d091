"""One object that cannot be checked at all is told, and keeps no other from being checked."""

from __future__ import annotations

import pytest

from gitmoxi.errors import UnavailableError
from gitmoxi_gmctl.validate.disk import find_files
from gitmoxi_gmctl.validate.jobs import by_prefix
from gitmoxi_gmctl.validate.references import Repositories
from gitmoxi_gmctl.validate.service_object import ObjectChecker
from tests.unit.gmctl.validate.conftest import TASK


class BrokenRenderer:
    """A renderer that fails in the same way for all it is given."""

    def __init__(self, error):
        self._error = error

    async def render(self, request):
        raise self._error


@pytest.fixture
def job(tree):
    tree({"web_taskdef.json": str(TASK), "web_svcdef.json": "{{ x }}"})
    (job,) = by_prefix(find_files(["."], any_json=False)).jobs
    return job


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (UnavailableError("no rendering process can be started"), "no rendering process can be started"),
        (ZeroDivisionError("by zero"), "a bug of gmctl, please report it: ZeroDivisionError: by zero"),
    ],
)
async def test_an_object_that_cannot_be_checked_is_told(job, error, reason):
    outcome = await ObjectChecker(BrokenRenderer(error), Repositories(None)).check(job)
    assert outcome.files == {}
    assert {u.path for u in outcome.unchecked} == {"web_taskdef.json", "web_svcdef.json"}
    assert all(reason in u.reason and u.is_wrong for u in outcome.unchecked)


async def test_a_file_that_cannot_be_read_is_told_beside_the_others(job, tree):
    (tree({}) / "web_svcdef.json").unlink()
    outcome = await ObjectChecker(BrokenRenderer(AssertionError()), Repositories(None)).check(job)
    assert list(outcome.files) == ["web_taskdef.json"]
    assert [u.path for u in outcome.unchecked] == ["web_svcdef.json"]
