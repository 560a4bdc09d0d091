"""AWS's API models are read without documentation, and nothing else is missing from them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.loaders import Loader

from gitmoxi.adapters.aws.api_models import api_models


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


async def test_every_service_that_we_call_can_be_called_with_them(aws, clients) -> None:
    aws.answer("", status=200).answer({"TableNames": []})
    s3 = await clients.client("s3")
    await s3.put_object(Bucket="b", Key="k", Body=b"x", IfNoneMatch="*")
    assert (await (await clients.client("dynamodb")).list_tables())["TableNames"] == []
