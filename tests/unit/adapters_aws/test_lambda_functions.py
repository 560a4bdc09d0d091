"""What the Lambda adapter sends, and what it makes of AWS's answers."""

from __future__ import annotations

import pytest

from gitmoxi.adapters.aws.lambda_functions import AwsLambda
from gitmoxi.adapters.aws.rate_limits import ApiGroup, Limit, RateLimits
from gitmoxi.adapters.memory.clock import FakeClock
from gitmoxi.domain.targets import LambdaTarget
from gitmoxi.errors import AccessDeniedError, AwsRejectedError, ThrottledError
from gitmoxi.ports.aws_lambda import ProvisionedConcurrency

TARGET = LambdaTarget(account="1" * 12, region="eu-central-1", function_name="api")


@pytest.fixture
def functions(clients, limits) -> AwsLambda:
    return AwsLambda(clients, limits)


def sent(aws) -> list[tuple[str, str]]:
    return [(request.method, request.path) for request in aws.received]


async def test_a_function_comes_with_code_tags_and_concurrency(aws, functions):
    aws.answer(
        {
            "Configuration": {"FunctionName": "api", "RevisionId": "r", "State": "Pending"},
            "Code": {"RepositoryType": "S3"},
            "Tags": {"a": "b"},
            "Concurrency": {"ReservedConcurrentExecutions": 0},
        }
    )
    function = await functions.function(TARGET, "7")
    assert function is not None
    assert (function.revision_id, function.state, function.tags) == ("r", "Pending", {"a": "b"})
    assert (function.code["RepositoryType"], function.reserved_concurrency) == ("S3", 0)
    assert sent(aws) == [("GET", "/2015-03-31/functions/api?Qualifier=7")]


async def test_tags_that_cannot_be_read_are_not_taken_for_none(aws, functions):
    aws.answer(
        {
            "Configuration": {"FunctionName": "api"},
            "TagsError": {"ErrorCode": "AccessDeniedException", "Message": "no"},
        }
    )
    with pytest.raises(AccessDeniedError, match="lambda:ListTags"):
        await functions.function(TARGET)


@pytest.mark.parametrize(
    ("read", "nothing"),
    [
        pytest.param(lambda port: port.function(TARGET), None, id="function"),
        pytest.param(lambda port: port.alias(TARGET, "live"), None, id="alias"),
        pytest.param(lambda port: port.versions(TARGET), [], id="versions"),
        pytest.param(lambda port: port.aliases(TARGET), [], id="aliases"),
        pytest.param(lambda port: port.provisioned_concurrency(TARGET), {}, id="provisioned"),
        pytest.param(lambda port: port.delete_function(TARGET), None, id="delete"),
        pytest.param(
            lambda port: port.delete_provisioned_concurrency(TARGET, "live"), None, id="unprovision"
        ),
    ],
)
async def test_what_is_not_there_is_no_error(aws, functions, read, nothing):
    aws.refuse("ResourceNotFoundException", "Function not found", status=404)
    assert await read(functions) == nothing


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda port: port.function(TARGET), id="function"),
        pytest.param(lambda port: port.alias(TARGET, "live"), id="alias"),
        pytest.param(lambda port: port.versions(TARGET), id="versions"),
        pytest.param(lambda port: port.delete_function(TARGET), id="delete"),
        pytest.param(lambda port: port.update_function_code(TARGET, {"ImageUri": "i"}), id="update"),
    ],
)
async def test_every_other_refusal_is_one(aws, functions, call):
    aws.refuse("InvalidParameterValueException", "no", status=400)
    with pytest.raises(AwsRejectedError, match="InvalidParameterValueException: no"):
        await call(functions)


async def test_published_versions_of_all_pages_oldest_first(aws, functions):
    aws.answer({"Versions": [{"Version": "$LATEST"}, {"Version": "10"}], "NextMarker": "m"})
    aws.answer({"Versions": [{"Version": "9"}]})
    assert [one["Version"] for one in await functions.versions(TARGET)] == ["9", "10"]
    assert aws.received[1].path.endswith("?Marker=m")


async def test_an_alias_with_its_weights(aws, functions):
    aws.answer(
        {
            "Name": "live",
            "FunctionVersion": "1",
            "RevisionId": "r",
            "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.1}},
        }
    )
    alias = await functions.alias(TARGET, "live")
    assert alias is not None
    assert (alias.name, alias.version, alias.revision_id, alias.weights) == ("live", "1", "r", {"2": 0.1})


async def test_all_aliases_of_all_pages(aws, functions):
    aws.answer({"Aliases": [{"Name": "live", "FunctionVersion": "1", "RevisionId": "r"}], "NextMarker": "m"})
    weights = {"AdditionalVersionWeights": {"2": 0.5}}
    aws.answer({"Aliases": [{"Name": "test", "FunctionVersion": "3", "RoutingConfig": weights}]})
    live, test = await functions.aliases(TARGET)
    assert (live.name, live.version, test.name, test.weights) == ("live", "1", "test", {"2": 0.5})
    assert aws.received[1].path.endswith("?Marker=m")


async def test_provisioned_concurrency_by_version_or_alias(aws, functions):
    aws.answer(
        {
            "ProvisionedConcurrencyConfigs": [
                {
                    "FunctionArn": f"{TARGET.function_arn}:live",
                    "RequestedProvisionedConcurrentExecutions": 5,
                    "AllocatedProvisionedConcurrentExecutions": 2,
                    "Status": "FAILED",
                    "StatusReason": "no room",
                }
            ]
        }
    )
    found = await functions.provisioned_concurrency(TARGET)
    wanted = ProvisionedConcurrency(requested=5, allocated=2, status="FAILED", reason="no room")
    assert found == {"live": wanted}


async def test_concurrency_is_put_and_deleted(aws, functions):
    aws.answer({"ReservedConcurrentExecutions": 7}).answer("", status=204)
    aws.answer({"Status": "IN_PROGRESS"}).answer("", status=204)
    await functions.put_reserved_concurrency(TARGET, 7)
    await functions.delete_reserved_concurrency(TARGET)
    await functions.put_provisioned_concurrency(TARGET, "live", 3)
    await functions.delete_provisioned_concurrency(TARGET, "live")
    assert sent(aws) == [
        ("PUT", "/2017-10-31/functions/api/concurrency"),
        ("DELETE", "/2017-10-31/functions/api/concurrency"),
        ("PUT", "/2019-09-30/functions/api/provisioned-concurrency?Qualifier=live"),
        ("DELETE", "/2019-09-30/functions/api/provisioned-concurrency?Qualifier=live"),
    ]
    assert aws.received[0].json == {"ReservedConcurrentExecutions": 7}
    assert aws.received[2].json == {"ProvisionedConcurrentExecutions": 3}


async def test_the_function_of_a_change_is_the_targets_and_the_answer_is_its_configuration(aws, functions):
    configuration = {"FunctionName": "api", "RevisionId": "r", "Version": "1"}
    for _ in range(4):
        aws.answer(configuration)
    changes = [
        await functions.create_function(TARGET, {"Role": "r", "Code": {"ImageUri": "i"}}),
        await functions.update_function_code(TARGET, {"ImageUri": "i"}),
        await functions.update_function_configuration(TARGET, {"Timeout": 3}),
        await functions.publish_version(TARGET, {"CodeSha256": "c"}),
    ]
    assert [change.configuration for change in changes] == [configuration] * 4
    assert sent(aws) == [
        ("POST", "/2015-03-31/functions"),
        ("PUT", "/2015-03-31/functions/api/code"),
        ("PUT", "/2015-03-31/functions/api/configuration"),
        ("POST", "/2015-03-31/functions/api/versions"),
    ]
    assert aws.received[0].json["FunctionName"] == "api"


async def test_moving_an_alias_empties_its_weights(aws, functions):
    answer = {"Name": "live", "FunctionVersion": "2", "RevisionId": "s"}
    aws.answer(answer).answer(answer).answer(answer)
    await functions.create_alias(TARGET, "live", "1")
    await functions.update_alias(TARGET, "live", "2", revision_id="r")
    await functions.update_alias(TARGET, "live", "2", revision_id=None)
    create, guarded, unguarded = (request.json for request in aws.received)
    weightless = {"FunctionVersion": "2", "RoutingConfig": {"AdditionalVersionWeights": {}}}
    assert create == {"Name": "live", "FunctionVersion": "1"}
    assert guarded == {**weightless, "RevisionId": "r"}
    assert unguarded == weightless


async def test_an_alias_is_moved_with_weights_of_other_versions(aws, functions):
    aws.answer({"Name": "live", "FunctionVersion": "2", "RevisionId": "s"})
    await functions.update_alias(TARGET, "live", "2", revision_id=None, weights={"1": 0.25})
    assert aws.received[0].json["RoutingConfig"] == {"AdditionalVersionWeights": {"1": 0.25}}


async def test_one_version_is_deleted_by_its_qualifier(aws, functions):
    aws.answer("", status=204).answer("", status=204)
    await functions.delete_function(TARGET, "3")
    await functions.delete_function(TARGET)
    assert sent(aws) == [
        ("DELETE", "/2015-03-31/functions/api?Qualifier=3"),
        ("DELETE", "/2015-03-31/functions/api"),
    ]


async def test_tags_hang_on_the_functions_arn(aws, functions):
    aws.answer("", status=204).answer("", status=204)
    await functions.tag_resource(TARGET, {"a": "b"})
    await functions.untag_resource(TARGET, ["a"])
    tag, untag = aws.received
    assert tag.json == {"Tags": {"a": "b"}}
    assert tag.path.endswith("function%3Aapi")
    assert (untag.method, untag.path.endswith("?tagKeys=a")) == ("DELETE", True)


async def test_moving_an_alias_may_use_the_reserve(aws, clients):
    limits = {group: Limit(burst=4, per_second=0.1, reserved_percent=50) for group in ApiGroup}
    functions = AwsLambda(clients, RateLimits(FakeClock(), limits=limits))
    alias = {"Name": "live", "FunctionVersion": "1", "RevisionId": "r"}
    for _ in range(4):
        aws.answer(alias)
    await functions.alias(TARGET, "live")
    await functions.alias(TARGET, "live")
    with pytest.raises(ThrottledError):
        await functions.alias(TARGET, "live")
    await functions.update_alias(TARGET, "live", "1", revision_id=None)
