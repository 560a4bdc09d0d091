"""How content-addressed bodies are kept."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from gitmoxi.adapters.memory.bodies import MemoryBodyStore
from gitmoxi.adapters.s3.bodies import RECENT_BYTES, S3BodyStore
from gitmoxi.domain.bodies import BodyRef, ref_of
from gitmoxi.errors import InvariantError, NotFoundError
from gitmoxi.ports.bodies import BodyStore
from gitmoxi_local.process import LocalCloudProcess
from tests.contract.stores.conftest import ClientFactory


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """A body store, the same one in another process, and a way to spoil what they hold behind their backs."""

    store: BodyStore
    elsewhere: BodyStore
    spoil: Callable[[BodyRef, bytes], Awaitable[None]]


@pytest.fixture
def memory_bodies() -> Bodies:
    store = MemoryBodyStore()

    async def spoil(ref: BodyRef, content: bytes) -> None:
        store.contents[ref.sha256] = content

    return Bodies(store=store, elsewhere=store, spoil=spoil)


@pytest.fixture
async def s3_bodies(cloud: LocalCloudProcess, client_for: ClientFactory) -> Bodies:
    client = await client_for("s3")
    bucket = cloud.outputs["SnapshotBucket"]

    async def spoil(ref: BodyRef, content: bytes) -> None:
        await client.put_object(Bucket=bucket, Key=f"bodies/{ref.sha256}", Body=content)

    store, elsewhere = S3BodyStore(client, bucket), S3BodyStore(client, bucket)
    return Bodies(store=store, elsewhere=elsewhere, spoil=spoil)


@pytest.fixture(params=["memory", "s3"])
def bodies(request: pytest.FixtureRequest) -> Bodies:
    chosen: Bodies = request.getfixturevalue(f"{request.param}_bodies")
    return chosen


@pytest.fixture
def content() -> bytes:
    """Bytes that no other test stores."""
    return b"body " + secrets.token_bytes(16)


async def test_a_body_comes_back_by_its_hash(bodies: Bodies, content: bytes) -> None:
    ref = await bodies.store.put(content)
    assert ref == ref_of(content)
    assert await bodies.store.get(ref) == content


@pytest.mark.parametrize(
    "odd", [pytest.param(b"", id="empty"), pytest.param(bytes(range(256)) * 20_000, id="5 MB")]
)
async def test_bodies_of_any_size_are_kept(bodies: Bodies, odd: bytes) -> None:
    assert await bodies.store.get(await bodies.store.put(odd)) == odd


async def test_storing_again_changes_nothing(bodies: Bodies, content: bytes) -> None:
    first = await bodies.store.put(content)
    assert await bodies.store.put(content) == first
    assert await bodies.store.get(first) == content


async def test_writers_of_the_same_body_do_not_disturb_each_other(bodies: Bodies, content: bytes) -> None:
    refs = await asyncio.gather(*(bodies.store.put(content) for _ in range(8)))
    assert set(refs) == {ref_of(content)}


async def test_what_was_never_stored_is_not_found(bodies: Bodies, content: bytes) -> None:
    with pytest.raises(NotFoundError, match=ref_of(content).sha256):
        await bodies.store.get(ref_of(content))


async def test_bytes_that_are_not_the_body_are_noticed(bodies: Bodies, content: bytes) -> None:
    ref = await bodies.store.put(content)
    await bodies.spoil(ref, b"something else")
    with pytest.raises(InvariantError, match=ref.sha256):
        await bodies.elsewhere.get(ref)


async def test_a_stored_body_is_not_overwritten(bodies: Bodies, content: bytes) -> None:
    ref = await bodies.store.put(content)
    await bodies.spoil(ref, b"something else")
    await bodies.store.put(content)
    with pytest.raises(InvariantError):
        await bodies.elsewhere.get(ref)


async def test_a_body_that_was_stored_or_read_is_at_hand(s3_bodies: Bodies, content: bytes) -> None:
    ref = await s3_bodies.store.put(content)
    assert await s3_bodies.elsewhere.get(ref) == content

    await s3_bodies.spoil(ref, b"nobody asks S3 again")

    assert await s3_bodies.store.get(ref) == content
    assert await s3_bodies.elsewhere.get(ref) == content


async def test_only_so_many_bytes_are_at_hand(s3_bodies: Bodies, content: bytes) -> None:
    ref = await s3_bodies.store.put(content)
    await s3_bodies.store.put(content + bytes(RECENT_BYTES - len(content)))
    await s3_bodies.spoil(ref, b"other bytes")

    with pytest.raises(InvariantError):
        await s3_bodies.store.get(ref)
