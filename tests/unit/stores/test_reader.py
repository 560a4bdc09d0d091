"""How many items are read together, when DynamoDB answers only some of them."""

from __future__ import annotations

from typing import Any

import pytest

from gitmoxi.adapters.dynamodb.reader import Reader
from gitmoxi.adapters.dynamodb.wire import Key
from gitmoxi.errors import ThrottledError


class _SparingClient:
    """A table that has every item, and answers at most ``portion`` of those that are asked for."""

    def __init__(self, portion: int) -> None:
        self.portion = portion
        self.asked: list[int] = []

    async def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - AWS's name
        [(table, request)] = RequestItems.items()
        keys = request["Keys"]
        assert request["ConsistentRead"] is True
        assert len(keys) <= 100
        self.asked.append(len(keys))
        left = keys[self.portion :]
        return {
            "Responses": {table: keys[: self.portion]},
            "UnprocessedKeys": {table: {"Keys": left}} if left else {},
        }


_KEYS = [Key(f"D#{number}", "HEAD") for number in range(150)]


def _reader(client: Any) -> Reader:
    return Reader(client)


async def test_keys_that_were_left_over_are_asked_for_again() -> None:
    client = _SparingClient(portion=40)
    assert set(await _reader(client).batch("t", _KEYS)) == set(_KEYS)
    assert client.asked == [100, 60, 20, 50, 10]


async def test_a_key_is_asked_for_once() -> None:
    client = _SparingClient(portion=100)
    assert len(await _reader(client).batch("t", [_KEYS[0], _KEYS[0]])) == 1
    assert client.asked == [1]


async def test_no_keys_are_no_call() -> None:
    client = _SparingClient(portion=100)
    assert await _reader(client).batch("t", []) == {}
    assert client.asked == []


async def test_an_answer_without_any_item_is_throttling() -> None:
    with pytest.raises(ThrottledError, match="none of 100 items of t"):
        await _reader(_SparingClient(portion=0)).batch("t", _KEYS)
