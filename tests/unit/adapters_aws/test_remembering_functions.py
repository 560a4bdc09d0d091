"""Within a tick the Lambda adapter makes no read twice, unless something was changed in between."""

from __future__ import annotations

import asyncio

import pytest

from gitmoxi.adapters.aws.lambda_functions import AwsLambda
from gitmoxi.domain.targets import LambdaTarget
from gitmoxi.ports.remembering import remembering

TARGET = LambdaTarget(account="1" * 12, region="eu-central-1", function_name="greet")
ALIAS = {"Name": "live", "FunctionVersion": "1"}


@pytest.fixture
def functions(clients, limits) -> AwsLambda:
    return AwsLambda(clients, limits)


def described(version: str = "$LATEST") -> dict:
    return {"Configuration": {"FunctionName": "greet", "Version": version}}


async def test_a_second_look_at_the_same_thing_costs_nothing(aws, functions):
    aws.answer(described()).answer(described("1")).answer(ALIAS).answer({"Versions": []})
    aws.answer({"Aliases": []}).answer({"ProvisionedConcurrencyConfigs": []})
    with remembering():
        for _ in range(3):
            assert (await functions.function(TARGET)).version == "$LATEST"
            assert (await functions.function(TARGET, "1")).version == "1"
            assert (await functions.alias(TARGET, "live")).version == "1"
            assert await functions.versions(TARGET) == []
            assert await functions.aliases(TARGET) == []
            assert await functions.provisioned_concurrency(TARGET) == {}
    assert len(aws.received) == 6


async def test_that_something_is_missing_is_remembered_too(aws, functions):
    aws.refuse("ResourceNotFoundException").refuse("ResourceNotFoundException")
    with remembering():
        assert [await functions.function(TARGET), await functions.function(TARGET)] == [None, None]
        assert [await functions.alias(TARGET, "live"), await functions.alias(TARGET, "live")] == [None, None]
    assert len(aws.received) == 2


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda port: port.update_function_code(TARGET, {}), id="UpdateFunctionCode"),
        pytest.param(lambda port: port.update_function_configuration(TARGET, {}), id="configuration"),
        pytest.param(lambda port: port.publish_version(TARGET, {}), id="PublishVersion"),
        pytest.param(lambda port: port.put_reserved_concurrency(TARGET, 1), id="PutFunctionConcurrency"),
        pytest.param(lambda port: port.delete_reserved_concurrency(TARGET), id="DeleteFunctionConcurrency"),
        pytest.param(lambda port: port.tag_resource(TARGET, {"a": "b"}), id="TagResource"),
        pytest.param(lambda port: port.untag_resource(TARGET, ["a"]), id="UntagResource"),
        pytest.param(lambda port: port.delete_function(TARGET), id="DeleteFunction"),
    ],
)
@pytest.mark.parametrize(
    "refused", [pytest.param(False, id="done"), pytest.param(True, id="outcome unknown")]
)
async def test_nothing_is_told_of_a_function_from_before_our_own_change(aws, functions, change, refused):
    aws.answer(described())
    if refused:
        aws.hang_up()
    else:
        aws.answer({})
    aws.refuse("ResourceNotFoundException")
    with remembering():
        assert await functions.function(TARGET) is not None
        await asyncio.gather(change(functions), return_exceptions=True)
        assert await functions.function(TARGET) is None


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda port: port.update_alias(TARGET, "live", "2", revision_id=None), id="UpdateAlias"),
        pytest.param(lambda port: port.create_alias(TARGET, "live", "2"), id="CreateAlias"),
        pytest.param(lambda port: port.put_provisioned_concurrency(TARGET, "live", 5), id="provisioned"),
        pytest.param(lambda port: port.delete_provisioned_concurrency(TARGET, "live"), id="unprovisioned"),
    ],
)
async def test_nothing_is_told_of_an_alias_from_before_our_own_change(aws, functions, change):
    moved = {**ALIAS, "FunctionVersion": "2"}
    aws.answer(ALIAS).answer(moved).answer(moved)
    with remembering():
        assert (await functions.alias(TARGET, "live")).version == "1"
        await change(functions)
        assert (await functions.alias(TARGET, "live")).version == "2"
