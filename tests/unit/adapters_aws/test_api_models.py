"""AWS's API models are read without documentation, and nothing else is missing from them."""

from __future__ import annotations

from typing import Any

import pytest
from aiobotocore.session import AioSession
from botocore.loaders import Loader

from gitmoxi.adapters.aws.api_models import api_models
from gitmoxi.adapters.aws.sessions import lean_session


@pytest.mark.parametrize("service", ["ecs", "lambda", "sqs"])
def test_a_model_is_botocores_without_the_texts(service: str) -> None:
    ours = api_models().load_service_model(service, "service-2")
    theirs = Loader().load_service_model(service, "service-2")

    assert ours == _without_texts(theirs)
    assert len(str(ours)) < len(str(theirs)) / 1.5


def test_a_file_that_does_not_exist_is_none() -> None:
    assert api_models().file_loader.load_file("nowhere") is None


def _without_texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: "" if name == "documentation" and isinstance(entry, str) else _without_texts(entry)
            for name, entry in value.items()
        }
    return [_without_texts(entry) for entry in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def botocores() -> AioSession:
    """A session with all that botocore knows, which takes seconds to read."""
    return AioSession()


@pytest.mark.parametrize("region", ["us-east-1", "cn-north-1", "us-gov-west-1"])
@pytest.mark.parametrize(
    "service",
    ["cloudwatch", "dynamodb", "ecs", "elbv2", "events", "lambda", "logs", "s3", "sqs", "ssm", "sts"],
)
async def test_a_service_is_reached_where_botocore_finds_it(service, region, botocores, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    addresses = []
    for session in (lean_session(), botocores):
        async with session.create_client(service, region_name=region) as client:
            signed_for = client.meta.config.signature_version
            addresses.append((client.meta.endpoint_url, client.meta.partition, signed_for))

    assert addresses[0] == addresses[1]


def test_partitions_know_all_their_regions() -> None:
    assert lean_session().get_partition_for_region("eusc-de-east-1") == "aws-eusc"
    assert lean_session().get_partition_for_region("us-iso-east-1") == "aws-iso"


async def test_every_service_that_we_call_can_be_called_with_them(aws, clients) -> None:
    aws.answer("", status=200).answer({"TableNames": []})
    s3 = await clients.client("s3")
    await s3.put_object(Bucket="b", Key="k", Body=b"x", IfNoneMatch="*")
    assert (await (await clients.client("dynamodb")).list_tables())["TableNames"] == []
