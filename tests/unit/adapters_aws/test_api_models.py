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

    assert "documentation" in str(theirs)
    assert ours == _without_texts(theirs)


def test_a_file_that_does_not_exist_is_none() -> None:
    assert api_models().file_loader.load_file("nowhere") is None


def _without_texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _without_texts(entry)
            for name, entry in value.items()
            if name != "documentation" or not isinstance(entry, str)
        }
    return [_without_texts(entry) for entry in value] if isinstance(value, list) else value
