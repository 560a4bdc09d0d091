"""What goes wrong between us and AWS, on the wire, becomes the error that a worker can act upon."""

from __future__ import annotations

import pytest

from gitmoxi.errors import (
    AccessDeniedError,
    AwsRejectedError,
    OutcomeUnknownError,
    PermanentError,
    ThrottledError,
    UnavailableError,
)
from gitmoxi_local.faults import CallFaultSpec


async def read_service(ecs, functions, service, function):
    return await ecs.service(service)


async def register(ecs, functions, service, function):
    definition = {"family": service.service_name, "containerDefinitions": [{"name": "a", "image": "a"}]}
    return await ecs.register_task_definition(service, {**definition, "cpu": "256", "memory": "512"})


async def read_function(ecs, functions, service, function):
    return await functions.function(function)


async def delete_function(ecs, functions, service, function):
    await functions.delete_function(function)


READS = [
    pytest.param(read_service, "ecs", id="ECS read"),
    pytest.param(read_function, "lambda", id="Lambda read"),
]
CHANGES = [
    pytest.param(register, "ecs", id="ECS change"),
    pytest.param(delete_function, "lambda", id="Lambda change"),
]


@pytest.fixture
def meet(cloud, ecs, functions, service, function):
    """Make a call that meets one fault; how often it came to the local cloud is checked."""

    async def call(made, name, kind, expected):
        before = cloud.client.last_seq()
        cloud.client.add_faults(calls=[CallFaultSpec(service=name, kind=kind, times=1)])
        with pytest.raises(expected) as caught:
            await made(ecs, functions, service, function)
        assert type(caught.value) is expected
        assert len(cloud.client.journal(since=before, service=name)) == 1
        return caught.value

    return call


@pytest.mark.parametrize(("made", "name"), READS + CHANGES)
async def test_a_throttled_call_is_made_again_later(meet, made, name):
    assert f"{name}:" in str(await meet(made, name, "throttle", ThrottledError))


@pytest.mark.parametrize(("made", "name"), READS + CHANGES)
async def test_a_denied_call_names_itself(meet, made, name):
    assert f"{name}:" in str(await meet(made, name, "deny", AccessDeniedError))


@pytest.mark.parametrize("kind", ["error500", "drop_reply"])
@pytest.mark.parametrize(("made", "name"), READS)
async def test_a_read_that_got_no_answer_is_harmless(meet, made, name, kind):
    await meet(made, name, kind, UnavailableError)


@pytest.mark.parametrize("kind", ["error500", "drop_reply"])
@pytest.mark.parametrize(("made", "name"), CHANGES)
async def test_a_change_that_got_no_answer_has_an_unknown_outcome(meet, made, name, kind):
    await meet(made, name, kind, OutcomeUnknownError)


async def test_a_change_whose_answer_was_lost_was_carried_out(meet, ecs, service):
    await meet(register, "ecs", "drop_reply", OutcomeUnknownError)
    assert len(await ecs.task_definition_arns(service, service.service_name, 10)) == 1


async def test_a_refusal_keeps_aws_code_and_words(ecs, service):
    with pytest.raises(AwsRejectedError) as caught:
        await ecs.update_service(service, {"desiredCount": 1})
    assert caught.value.operation == "ecs:UpdateService"
    assert caught.value.code == "ServiceNotFoundException"
    assert caught.value.reason


async def test_the_local_cloud_has_one_account(clients):
    with pytest.raises(PermanentError, match=r"leave environment\.account out"):
        await clients.client("ecs", account="9" * 12)
