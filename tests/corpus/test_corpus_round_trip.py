"""Real task definitions and services, created in the modelled ECS and planned again: nothing is left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.findings import Finding, FindingsError, Severity
from gitmoxi.domain.targets import EcsTarget, LambdaTarget, TargetKind, cluster_name
from gitmoxi.errors import AwsRejectedError
from gitmoxi.planning.aws_lambda import plan_lambda
from gitmoxi.planning.desired import DesiredEcs, DesiredLambda
from gitmoxi.planning.errors import PlanningError
from gitmoxi.ports.aws_lambda import LambdaAlias, LambdaFunction
from gitmoxi.rendering.objects import render_object
from gitmoxi.rendering.strict_json import parse_bytes
from gitmoxi.validation.ecs_service import EcsCheck, check_ecs
from gitmoxi.validation.native import LAMBDA_FUNCTION, check_native
from gitmoxi.validation.placeholders import PLACEHOLDER_IN_TEXT
from gitmoxi.validation.sources import Source
from tests.simulation.cloud import HERE
from tests.simulation.planning_hands import PlanningHands

pytestmark = pytest.mark.corpus

Doc = dict[str, Any]

PREFIX = "a/n"
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}


def checked(corpus, row, suffix: str) -> EcsCheck | None:
    """The file as it is checked alone, other tools' templates left as they are; None if it is no JSON."""
    content = b"{% raw %}" + (corpus / row["file"]).read_bytes() + b"{% endraw %}"
    try:
        rendered = render_object(
            prefix=PREFIX, kind=TargetKind.ECS, files={f"{PREFIX}{suffix}": content}, references={}
        )
    except FindingsError:
        return None
    return check_ecs(rendered)


def errors(check: EcsCheck) -> list[Finding]:
    return [finding for finding in check.findings if finding.severity is Severity.ERROR]


def to_be_filled_in(finding: Finding) -> bool:
    """Whether all that is wrong is a value that somebody has yet to fill in, a text like others here."""
    return finding.advice == PLACEHOLDER_IN_TEXT.advice


def task_definitions(corpus, corpus_sources) -> Iterator[tuple[str, DesiredEcs]]:
    """Every task definition of the corpus that passes, with the least service that can run it."""
    for row in corpus_sources:
        check = checked(corpus, row, "_taskdef.json") if row["kind"] == "taskdef" else None
        if check is not None and all(map(to_be_filled_in, errors(check))):
            document = check.task_definition.document
            yield row["file"], wanted(least_service(document), document)


def services(corpus, corpus_sources) -> Iterator[tuple[str, DesiredEcs]]:
    """Every service of the corpus that passes, with the least task definition that it can run."""
    for row in corpus_sources:
        check = checked(corpus, row, "_svcdef.json") if row["kind"] == "svcdef" else None
        if check is not None and not errors(check):
            service = dict(check.service.document)
            service.pop("taskDefinition", None)
            yield row["file"], wanted(service, least_task_definition(service))


def wanted(service: Doc, task_definition: Doc) -> DesiredEcs:
    target = EcsTarget(
        account=HERE.account,
        region=HERE.region,
        cluster=cluster_name(service.get("cluster")),
        service_name=service["serviceName"],
    )
    return DesiredEcs(target=target, service=service, task_definition=task_definition)


def least_service(task_definition: Doc) -> Doc:
    fargate = "FARGATE" in task_definition.get("requiresCompatibilities", [])
    network = {"networkConfiguration": NETWORK} if task_definition.get("networkMode") == "awsvpc" else {}
    launch_type = "FARGATE" if fargate else "EC2"
    return {"serviceName": "web", "desiredCount": 1, "launchType": launch_type, **network}


def least_task_definition(service: Doc) -> Doc:
    """A container for each that the service names, with the ports that it names."""
    ports: dict[str, set[int]] = {}
    for named in (*service.get("loadBalancers", ()), *service.get("serviceRegistries", ())):
        found = ports.setdefault(named.get("containerName", "web"), set())
        found.update([named["containerPort"]] if "containerPort" in named else [])
    containers = [
        {"name": name, "image": "web:1", "portMappings": [{"containerPort": port} for port in sorted(found)]}
        for name, found in (ports or {"web": set()}).items()
    ]
    mode = "awsvpc" if "networkConfiguration" in service else "bridge"
    return {
        "family": "web",
        "cpu": "256",
        "memory": "512",
        "networkMode": mode,
        "containerDefinitions": containers,
    }


def capacity_providers(desired: DesiredEcs) -> tuple[str, ...]:
    strategy = desired.service.get("capacityProviderStrategy", ())
    return tuple(sorted({"FARGATE", "FARGATE_SPOT", *(item["capacityProvider"] for item in strategy)}))


async def round_trip(desired: DesiredEcs) -> str | None:
    """Create it and plan it again, from scratch and as the next commit would; None, or what refused it."""
    hands = PlanningHands(cluster=desired.target.cluster, capacity_providers=capacity_providers(desired))
    try:
        await hands.carry_out(desired, await hands.plan(desired))
    except (AwsRejectedError, PlanningError) as error:
        return str(error)
    for previous in (None, desired):
        again = await hands.plan(desired, previous=previous)
        assert (again.verb, [str(one) for one in again.differences]) == (Verb.NOTHING, []), desired.target
    return None


REFUSED_TASK_DEFINITIONS = {
    # A placeholder, or another tool's template, stands where the family belongs.
    "taskdefs/aws-samples__aws-ecs-anywhere-workshop-samples__7.json": "Invalid family name",
    "taskdefs/hxrxchang__ecspresso-example__1.json": "Invalid family name",
}
"""What the modelled ECS refuses though our rules let it pass, with AWS's reason."""

KINDS = [
    pytest.param(task_definitions, 120, REFUSED_TASK_DEFINITIONS, id="task definitions"),
    pytest.param(services, 8, {}, id="services"),
]


@pytest.mark.parametrize(("kind", "at_least", "refused_as"), KINDS)
async def test_what_was_created_from_the_corpus_needs_nothing_more(
    corpus, corpus_sources, kind, at_least, refused_as
):
    refusals = {file: await round_trip(desired) for file, desired in kind(corpus, corpus_sources)}

    refused = {file: reason for file, reason in refusals.items() if reason is not None}
    assert len(refusals) - len(refused) >= at_least
    assert refused.keys() == refused_as.keys()
    assert [file for file, reason in refused_as.items() if reason not in refused[file]] == []


def functions(corpus, corpus_sources) -> Iterator[tuple[str, DesiredLambda]]:
    """Every function of the corpus, with code where another tool would find it by itself."""
    for row in corpus_sources:
        if row["kind"] == "lambdadef":
            parsed = parse_bytes((corpus / row["file"]).read_bytes(), path=row["file"])
            source = Source(file=row["file"], positions=parsed.positions)
            cleaned = check_native(LAMBDA_FUNCTION, parsed.value, source).document
            function = {"FunctionName": "f", **cleaned, "Code": {"S3Bucket": "code", "S3Key": "f.zip"}}
            target = LambdaTarget(account=HERE.account, region=HERE.region, function_name="f")
            yield row["file"], DesiredLambda(target=target, function=function, settings={"alias": "live"})


def answered(function: Doc, version: str) -> LambdaFunction:
    """The function as GetFunction answers it, with what Lambda fills in (API_FunctionConfiguration)."""
    name = function["FunctionName"].rpartition(":")[2]
    configuration = {
        "Architectures": ["x86_64"],
        "Description": "",
        "EphemeralStorage": {"Size": 512},
        "MemorySize": 128,
        "PackageType": "Zip",
        "RuntimeVersionConfig": {"RuntimeVersionArn": "arn:aws:lambda:eu-central-1::runtime:1"},
        "Timeout": 3,
        "TracingConfig": {"Mode": "PassThrough"},
        **{member: value for member, value in function.items() if member not in {"Code", "Tags", "Publish"}},
        "CodeSha256": "hash",
        "LoggingConfig": {
            "LogFormat": "Text",
            "LogGroup": f"/aws/lambda/{name}",
            **function.get("LoggingConfig", {}),
        },
        "SnapStart": {"ApplyOn": "None", **function.get("SnapStart", {}), "OptimizationStatus": "Off"},
        "State": "Active",
        "Version": version,
    }
    if "Layers" in function:
        configuration["Layers"] = [{"Arn": arn, "CodeSize": 1} for arn in function["Layers"]]
    if "VpcConfig" in function:
        configuration["VpcConfig"] = {
            "SubnetIds": [],
            "SecurityGroupIds": [],
            **function["VpcConfig"],
            "VpcId": "vpc-1" if function["VpcConfig"].get("SubnetIds") else "",
            "Ipv6AllowedForDualStack": False,
        }
    if "ImageConfig" in function:
        configuration["ImageConfigResponse"] = {"ImageConfig": configuration.pop("ImageConfig")}
    return LambdaFunction(configuration=configuration, tags=function.get("Tags", {}))


def test_functions_of_the_corpus_that_live_need_nothing_more(corpus, corpus_sources):
    alias = LambdaAlias(name="live", version="4", revision_id="1")
    differing = {}
    found = dict(functions(corpus, corpus_sources))
    for file, desired in found.items():
        live, served = (answered(desired.function, version) for version in ("$LATEST", "4"))
        plan = plan_lambda(desired, live, alias, served, owner="gitmoxi-test", previous=desired)
        if plan.verb is not Verb.NOTHING:
            differing[file] = [str(one) for one in plan.differences]

    assert len(found) > 10
    assert differing == {}
