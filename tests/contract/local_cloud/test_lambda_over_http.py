"""Lambda's control plane is as strict as AWS's; the pages are named beside each test."""

from __future__ import annotations

import json
import urllib.request

import pytest
from botocore.exceptions import ClientError

from gitmoxi_local.faults import CallFaultSpec, FunctionFaultSpec

ROLE = "arn:aws:iam::000000000000:role/function"


@pytest.fixture
def lambdas(aws):
    return aws("lambda")


@pytest.fixture
def function(lambdas, name, code, settled):
    """A function that has settled; returns its name."""
    lambdas.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=ROLE,
        Handler="index.handler",
        Code={"ZipFile": code("one")},
    )
    settled(name)
    return name


@pytest.fixture
def settled(lambdas, eventually):
    def wait(name):
        def configuration():
            live = lambdas.get_function(FunctionName=name)["Configuration"]
            done = live["State"] == "Active" and live["LastUpdateStatus"] == "Successful"
            return live if done else None

        return eventually(configuration)

    return wait


def refused(code, call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == code
    return caught.value


def test_creation_goes_from_pending_to_active(lambdas, name, code, settled):
    """https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html"""
    made = {
        "Runtime": "python3.13",
        "Role": ROLE,
        "Handler": "index.handler",
        "Code": {"ZipFile": code("one")},
    }
    created = lambdas.create_function(FunctionName=name, **made)

    assert created["State"] == "Pending"
    error = refused("ResourceConflictException", lambdas.invoke, FunctionName=name)
    assert "currently in the following state: Pending" in str(error)
    assert settled(name)["RevisionId"] != created["RevisionId"]
    error = refused("ResourceConflictException", lambdas.create_function, FunctionName=name, **made)
    assert f"Function already exist: {name}" in str(error)


def test_an_update_is_in_progress_and_then_successful(lambdas, function, code, settled):
    """https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html"""
    updated = lambdas.update_function_code(FunctionName=function, ZipFile=code("two"))

    assert (updated["State"], updated["LastUpdateStatus"]) == ("Active", "InProgress")
    for call, arguments in (
        (lambdas.update_function_code, {"ZipFile": code("three")}),
        (lambdas.update_function_configuration, {"Timeout": 9}),
        (lambdas.publish_version, {}),
    ):
        error = refused("ResourceConflictException", call, FunctionName=function, **arguments)
        assert "An update is in progress for resource" in str(error)
    assert settled(function)["RevisionId"] != updated["RevisionId"]


def test_a_stale_revision_is_refused_everywhere(lambdas, function, code):
    """RevisionId in https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html"""
    lambdas.publish_version(FunctionName=function)
    lambdas.create_alias(FunctionName=function, Name="live", FunctionVersion="1")
    for call, arguments in (
        (lambdas.update_function_code, {"ZipFile": code("x")}),
        (lambdas.update_function_configuration, {"Timeout": 9}),
        (lambdas.publish_version, {}),
        (lambdas.update_alias, {"Name": "live", "FunctionVersion": "1"}),
    ):
        error = refused(
            "PreconditionFailedException", call, FunctionName=function, RevisionId="old", **arguments
        )
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 412


def test_every_change_of_an_alias_changes_its_revision(lambdas, function):
    """https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html"""
    lambdas.publish_version(FunctionName=function)
    alias = lambdas.create_alias(FunctionName=function, Name="live", FunctionVersion="1")

    changed = lambdas.update_alias(
        FunctionName=function, Name="live", Description="x", RevisionId=alias["RevisionId"]
    )

    assert changed["RevisionId"] != alias["RevisionId"]


def test_publishing_checks_the_hash_and_makes_nothing_of_nothing(lambdas, function):
    """https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html"""
    error = refused(
        "InvalidParameterValueException", lambdas.publish_version, FunctionName=function, CodeSha256="wrong"
    )
    assert "is different from current CodeSHA256 in $LATEST" in str(error)

    first = lambdas.publish_version(FunctionName=function, Description="described here only")
    again = lambdas.publish_version(FunctionName=function)

    assert (first["Version"], again["Version"]) == ("1", "1")
    assert first["FunctionArn"].endswith(f"{function}:1")


def test_the_same_code_again_is_no_new_version(lambdas, function, code, settled):
    """https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html"""
    lambdas.publish_version(FunctionName=function)
    lambdas.update_function_code(FunctionName=function, ZipFile=code("one"))
    settled(function)

    assert lambdas.publish_version(FunctionName=function)["Version"] == "1"


def test_an_update_can_publish(lambdas, function, code, settled):
    """Publish in https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html"""
    lambdas.publish_version(FunctionName=function)

    updated = lambdas.update_function_code(FunctionName=function, ZipFile=code("two"), Publish=True)
    settled(function)

    assert (updated["Version"], updated["FunctionArn"].rpartition(":")[2]) == ("2", "2")
    versions = lambdas.list_versions_by_function(FunctionName=function)["Versions"]
    assert [version["Version"] for version in versions] == ["$LATEST", "1", "2"]


def test_a_dry_run_changes_nothing(lambdas, function, code):
    """DryRun in https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html"""
    before = lambdas.get_function_configuration(FunctionName=function)

    lambdas.update_function_code(FunctionName=function, ZipFile=code("two"), DryRun=True)

    after = lambdas.get_function_configuration(FunctionName=function)
    assert (after["CodeSha256"], after["RevisionId"]) == (before["CodeSha256"], before["RevisionId"])


def test_a_weighted_alias_splits_invocations(lambdas, function, code, settled):
    """https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html"""
    lambdas.publish_version(FunctionName=function)
    lambdas.update_function_code(FunctionName=function, ZipFile=code("two"), Publish=True)
    settled(function)
    routing = {"AdditionalVersionWeights": {"2": 0.5}}
    lambdas.create_alias(FunctionName=function, Name="live", FunctionVersion="1", RoutingConfig=routing)

    def invoke():
        answer = lambdas.invoke(FunctionName=function, Qualifier="live")
        return json.loads(answer["Payload"].read()), answer["ExecutedVersion"]

    assert {invoke() for _ in range(30)} == {("one", "1"), ("two", "2")}
    done = lambdas.update_alias(
        FunctionName=function,
        Name="live",
        FunctionVersion="2",
        RoutingConfig={"AdditionalVersionWeights": {}},
    )
    assert "RoutingConfig" not in done
    assert {invoke() for _ in range(5)} == {("two", "2")}


@pytest.mark.parametrize("weights", [{}, {"7": 0.5}])
def test_an_alias_needs_versions_that_exist(lambdas, function, weights):
    """https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html"""
    refused(
        "ResourceNotFoundException",
        lambdas.create_alias,
        FunctionName=function,
        Name="live",
        FunctionVersion="9",
        RoutingConfig={"AdditionalVersionWeights": weights},
    )
    assert lambdas.list_aliases(FunctionName=function)["Aliases"] == []


def test_a_version_that_an_alias_points_at_stays(lambdas, function):
    """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html"""
    lambdas.publish_version(FunctionName=function)
    lambdas.create_alias(FunctionName=function, Name="live", FunctionVersion="1")

    refused("ResourceConflictException", lambdas.delete_function, FunctionName=function, Qualifier="1")
    refused(
        "InvalidParameterValueException", lambdas.delete_function, FunctionName=function, Qualifier="$LATEST"
    )

    lambdas.delete_alias(FunctionName=function, Name="live")
    lambdas.delete_function(FunctionName=function, Qualifier="1")
    assert lambdas.get_function(FunctionName=function)["Configuration"]["FunctionName"] == function


def test_code_must_be_where_it_is_said_to_be(aws, lambdas, function, name, code):
    """https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCode.html"""
    s3 = aws("s3")
    where = {"S3Bucket": name, "S3Key": "code/one.zip"}
    update = {"FunctionName": function, **where}

    error = refused("InvalidParameterValueException", lambdas.update_function_code, **update)
    assert "S3 Error Code: NoSuchBucket" in str(error)
    s3.create_bucket(Bucket=name)
    error = refused("InvalidParameterValueException", lambdas.update_function_code, **update)
    assert "S3 Error Code: NoSuchKey" in str(error)
    refused(
        "InvalidParameterValueException",
        lambdas.create_function,
        FunctionName=f"{function}-2",
        Runtime="python3.13",
        Role=ROLE,
        Handler="index.handler",
        Code=where,
    )
    s3.put_object(Bucket=name, Key=where["S3Key"], Body=code("two"))
    assert lambdas.update_function_code(**update)["LastUpdateStatus"] == "InProgress"


@pytest.mark.parametrize("runtime", ["cobol85", "nodejs12.x"])
def test_runtimes_must_exist_and_live(lambdas, function, runtime):
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html"""
    refused(
        "InvalidParameterValueException",
        lambdas.update_function_configuration,
        FunctionName=function,
        Runtime=runtime,
    )


def test_a_policy_belongs_to_one_qualifier(lambdas, function):
    """https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html"""
    lambdas.publish_version(FunctionName=function)
    lambdas.create_alias(FunctionName=function, Name="live", FunctionVersion="1")
    refused("ResourceNotFoundException", lambdas.get_policy, FunctionName=function)

    lambdas.add_permission(
        FunctionName=function,
        Qualifier="live",
        StatementId="events",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )

    policy = json.loads(lambdas.get_policy(FunctionName=function, Qualifier="live")["Policy"])
    assert [statement["Sid"] for statement in policy["Statement"]] == ["events"]
    refused("ResourceNotFoundException", lambdas.get_policy, FunctionName=function)


def test_tags_are_kept(lambdas, function):
    """https://docs.aws.amazon.com/lambda/latest/api/API_TagResource.html"""
    arn = lambdas.get_function(FunctionName=function)["Configuration"]["FunctionArn"]

    lambdas.tag_resource(Resource=arn, Tags={"gitmoxi:owner": "repository"})

    assert lambdas.list_tags(Resource=arn)["Tags"] == {"gitmoxi:owner": "repository"}
    lambdas.untag_resource(Resource=arn, TagKeys=["gitmoxi:owner", "none"])
    assert lambdas.list_tags(Resource=arn)["Tags"] == {}


def test_a_failed_update_says_why_and_the_good_code_goes_on(cloud, lambdas, function, code, eventually):
    """https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html"""
    fault = FunctionFaultSpec(kind="change_fails", match=function, reason_code="SubnetOutOfIPAddresses")
    cloud.client.add_faults(functions=[fault])

    lambdas.update_function_code(FunctionName=function, ZipFile=code("two"))

    def failed():
        live = lambdas.get_function_configuration(FunctionName=function)
        return live if live["LastUpdateStatus"] == "Failed" else None

    live = eventually(failed)
    assert live["LastUpdateStatusReasonCode"] == "SubnetOutOfIPAddresses"
    assert "no available IP addresses" in live["LastUpdateStatusReason"]
    assert live["State"] == "Active"
    assert json.loads(lambdas.invoke(FunctionName=function)["Payload"].read()) == "one"


def test_a_refusal_on_demand_speaks_as_aws_does(cloud, lambdas, function):
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html"""
    cloud.client.add_faults(functions=[FunctionFaultSpec(kind="role_not_assumable", match=function)])

    error = refused(
        "InvalidParameterValueException",
        lambdas.update_function_configuration,
        FunctionName=function,
        Role=ROLE,
    )

    assert "The role defined for the function cannot be assumed by Lambda." in str(error)


def test_a_stale_read_shows_the_function_before_the_update(cloud, lambdas, function):
    spec = CallFaultSpec(service="lambda", action="GetFunction", kind="stale", seconds=60)
    cloud.client.add_faults(calls=[spec])

    lambdas.update_function_configuration(FunctionName=function, Timeout=9)

    assert lambdas.get_function(FunctionName=function)["Configuration"]["Timeout"] == 3
    assert lambdas.get_function_configuration(FunctionName=function)["Timeout"] == 9


def test_reserved_and_provisioned_concurrency(lambdas, function, eventually):
    """https://docs.aws.amazon.com/lambda/latest/api/API_PutProvisionedConcurrencyConfig.html"""
    lambdas.publish_version(FunctionName=function)
    lambdas.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=5)
    version = {"FunctionName": function, "Qualifier": "1"}

    begun = lambdas.put_provisioned_concurrency_config(**version, ProvisionedConcurrentExecutions=2)

    assert begun["Status"] == "IN_PROGRESS"
    eventually(lambda: lambdas.get_provisioned_concurrency_config(**version)["Status"] == "READY")
    assert lambdas.get_function_concurrency(FunctionName=function)["ReservedConcurrentExecutions"] == 5
    lambdas.delete_provisioned_concurrency_config(**version)
    refused(
        "ProvisionedConcurrencyConfigNotFoundException",
        lambdas.get_provisioned_concurrency_config,
        **version,
    )
    error = refused(
        "InvalidParameterValueException",
        lambdas.put_function_concurrency,
        FunctionName=function,
        ReservedConcurrentExecutions=5000,
    )
    assert "UnreservedConcurrentExecution below its minimum value" in str(error)
    lambdas.delete_function_concurrency(FunctionName=function)


def test_a_deleted_function_is_gone(lambdas, function):
    """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html"""
    assert lambdas.delete_function(FunctionName=function)["StatusCode"] == 204

    refused("ResourceNotFoundException", lambdas.get_function, FunctionName=function)
    refused("ResourceNotFoundException", lambdas.invoke, FunctionName=function)


def test_lists_tell_no_states(lambdas, function):
    """https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html"""
    pages = lambdas.get_paginator("list_functions").paginate()

    [listed] = [one for page in pages for one in page["Functions"] if one["FunctionName"] == function]
    assert "State" not in listed


def test_the_code_can_be_downloaded(lambdas, function, code):
    """https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html, "Code" """
    location = lambdas.get_function(FunctionName=function)["Code"]["Location"]

    with urllib.request.urlopen(location) as reply:
        assert reply.read() == code("one")


def test_functions_of_cloudformation_are_functions_too(aws, lambdas, name, settled):
    """Ministack's CloudFormation makes them past the API."""
    template = {
        "Resources": {
            "Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "FunctionName": name,
                    "Runtime": "python3.13",
                    "Handler": "index.handler",
                    "Role": ROLE,
                    "Code": {"ZipFile": "def handler(event, context):\n    return 'made by a stack'\n"},
                },
            }
        }
    }
    stacks = aws("cloudformation")
    stacks.create_stack(StackName=name, TemplateBody=json.dumps(template))
    stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 0.1})

    assert settled(name)["Handler"] == "index.handler"
    lambdas.publish_version(FunctionName=name)
    lambdas.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    answer = lambdas.invoke(FunctionName=name, Qualifier="live")
    assert json.loads(answer["Payload"].read()) == "made by a stack"

    stacks.delete_stack(StackName=name)
    stacks.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 0.1})
    refused("ResourceNotFoundException", lambdas.get_function, FunctionName=name)
