"""The shell of a worker: what must not keep it from serving."""

from __future__ import annotations

import pytest

from gitmoxi.errors import InvariantError, UnavailableError
from gitmoxi.runtime.service import first_look


async def test_a_store_that_does_not_answer_at_the_start_ends_no_service():
    async def look():
        raise UnavailableError("DynamoDB did not answer within 0.4 s")

    await first_look(look)


async def test_a_bug_at_the_start_is_not_passed_over():
    async def look():
        raise InvariantError("a stored body is no wanted state")

    with pytest.raises(InvariantError):
        await first_look(look)
