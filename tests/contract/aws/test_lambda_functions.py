"""The Lambda adapter against the local cloud's Lambda."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import zipfile

import pytest

from gitmoxi.domain.targets import OWNER_TAG
from gitmoxi.errors import AwsRejectedError
from tests.contract.aws.conftest import REGION


def code(answer: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("app.py"), f"def handler(event, context):\n    return {answer!r}\n")
    return packed.getvalue()


def request(account: str) -> dict:
    return {
        "Runtime": "python3.12",
        "Handler": "app.handler",
        "Role": f"arn:aws:iam::{account}:role/api",
        "Code": {"ZipFile": code("one")},
        "Tags": {OWNER_TAG: "us"},
    }


def settled(function) -> bool:
    return function.state == "Active" and function.last_update_status == "Successful"


@pytest.fixture
async def settle(functions, function, eventually):
    return lambda: eventually(lambda: functions.function(function), settled)


async def test_a_function_lives_and_dies(functions, function, settle):
    assert await functions.function(function) is None
    created = await functions.create_function(function, request(function.account))
    assert created.version == "$LATEST"
    first = await settle()
    assert first.tags == {OWNER_TAG: "us"}

    one = await functions.publish_version(function, {"CodeSha256": first.code_sha256})
    alias = await functions.create_alias(function, "live", one.version)
    assert (alias.name, alias.version, alias.weights) == ("live", one.version, {})

    await functions.update_function_code(function, {"ZipFile": code("two")})
    second = await settle()
    assert second.code_sha256 != first.code_sha256
    await functions.update_function_configuration(function, {"Timeout": 7})
    assert (await settle()).configuration["Timeout"] == 7
    two = await functions.publish_version(function, {"Description": "second"})
    assert [version["Version"] for version in await functions.versions(function)] == [
        one.version,
        two.version,
    ]

    moved = await functions.update_alias(function, "live", two.version, revision_id=alias.revision_id)
    assert moved == await functions.alias(function, "live")
    assert (moved.version, moved.weights) == (two.version, {})
    pinned = await functions.function(function, one.version)
    assert pinned.code_sha256 == first.code_sha256

    await functions.delete_function(function)
    await functions.delete_function(function)
    assert await functions.function(function) is None
    assert await functions.versions(function) == []
    assert await functions.alias(function, "live") is None


async def test_publishing_unchanged_code_makes_no_new_version(functions, function, settle):
    await functions.create_function(function, request(function.account))
    await settle()
    first = await functions.publish_version(function, {})
    again = await functions.publish_version(function, {})
    assert again.version == first.version


async def test_an_alias_is_not_moved_over_another_change(functions, function, settle):
    await functions.create_function(function, request(function.account))
    await settle()
    version = (await functions.publish_version(function, {})).version
    alias = await functions.create_alias(function, "live", version)
    await functions.update_alias(function, "live", version, revision_id=None)
    with pytest.raises(AwsRejectedError, match="PreconditionFailedException"):
        await functions.update_alias(function, "live", version, revision_id=alias.revision_id)


async def test_aliases_and_concurrency_come_and_go(functions, function, settle, eventually):
    await functions.create_function(function, request(function.account))
    await settle()
    version = (await functions.publish_version(function, {"Description": "[mark] first"})).version
    for name in ("live", "test"):
        await functions.create_alias(function, name, version)
    (published,) = await functions.versions(function)
    assert published["Description"] == "[mark] first"
    assert [(one.name, one.version) for one in await functions.aliases(function)] == [
        ("live", version),
        ("test", version),
    ]

    await functions.put_reserved_concurrency(function, 5)
    await functions.put_provisioned_concurrency(function, "live", 2)
    ready = await eventually(
        lambda: functions.provisioned_concurrency(function), lambda found: found["live"].status == "READY"
    )
    assert (ready["live"].requested, ready["live"].allocated) == (2, 2)
    there = await functions.function(function)
    assert there.reserved_concurrency == 5

    await functions.delete_provisioned_concurrency(function, "live")
    await functions.delete_provisioned_concurrency(function, "live")
    await functions.delete_reserved_concurrency(function)
    assert await functions.provisioned_concurrency(function) == {}
    there = await functions.function(function)
    assert there.reserved_concurrency is None


async def test_more_concurrency_than_the_account_can_spare_is_refused(functions, function, settle):
    await functions.create_function(function, request(function.account))
    await settle()
    with pytest.raises(AwsRejectedError, match="UnreservedConcurrentExecution"):
        await functions.put_reserved_concurrency(function, 950)


async def test_of_a_function_that_is_not_there_nothing_is_listed(functions, function):
    assert await functions.aliases(function) == []
    assert await functions.provisioned_concurrency(function) == {}


async def test_a_function_that_exists_is_refused(functions, function, settle):
    await functions.create_function(function, request(function.account))
    await settle()
    with pytest.raises(AwsRejectedError, match="ResourceConflictException"):
        await functions.create_function(function, request(function.account))


async def test_tags_come_and_go(functions, function, settle):
    await functions.create_function(function, request(function.account))
    await settle()
    await functions.tag_resource(function, {"team": "a", "step": "1"})
    await functions.untag_resource(function, ["step"])
    tagged = await functions.function(function)
    assert tagged.tags == {OWNER_TAG: "us", "team": "a"}


async def test_changing_what_does_not_exist_is_refused(functions, function):
    with pytest.raises(AwsRejectedError, match="ResourceNotFoundException"):
        await functions.update_function_code(function, {"ZipFile": code("one")})
    with pytest.raises(AwsRejectedError, match="ResourceNotFoundException"):
        await functions.update_alias(function, "live", "1", revision_id=None)


class TestObjects:
    """``object_sha256``: what S3 tells of a package."""

    PACKAGE = b"a package"
    SHA256 = base64.b64encode(hashlib.sha256(PACKAGE).digest()).decode()

    @pytest.fixture
    async def s3(self, clients):
        client = await clients.client("s3")
        with contextlib.suppress(client.exceptions.BucketAlreadyOwnedByYou):
            await client.create_bucket(
                Bucket="packages", CreateBucketConfiguration={"LocationConstraint": REGION}
            )
        return client

    async def test_a_checksum_is_lambdas_own(self, s3, functions, function):
        await s3.put_object(Bucket="packages", Key="a", Body=self.PACKAGE, ChecksumAlgorithm="SHA256")
        told = await functions.object_sha256(function, bucket="packages", key="a", version=None)
        assert told == self.SHA256

    async def test_of_a_version(self, s3, functions, function):
        await s3.put_bucket_versioning(Bucket="packages", VersioningConfiguration={"Status": "Enabled"})
        first = await s3.put_object(Bucket="packages", Key="b", Body=self.PACKAGE, ChecksumAlgorithm="SHA256")
        await s3.put_object(Bucket="packages", Key="b", Body=b"newer", ChecksumAlgorithm="SHA256")
        version = first["VersionId"]
        told = await functions.object_sha256(function, bucket="packages", key="b", version=version)
        assert told == self.SHA256

    @pytest.mark.parametrize(
        ("bucket", "key"),
        [pytest.param("packages", "missing", id="object"), pytest.param("no-such", "a", id="bucket")],
    )
    async def test_what_is_not_there_is_not_known(self, s3, functions, function, bucket, key):
        assert await functions.object_sha256(function, bucket=bucket, key=key, version=None) is None

    async def test_another_checksum_is_none(self, s3, functions, function):
        await s3.put_object(Bucket="packages", Key="c", Body=self.PACKAGE, ChecksumAlgorithm="CRC32")
        assert await functions.object_sha256(function, bucket="packages", key="c", version=None) is None
