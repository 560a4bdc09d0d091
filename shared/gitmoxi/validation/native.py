"""The native AWS documents that users commit: what they are sent as, and what they are described as."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache

from gitmoxi.domain.findings import Finding, Severity
from gitmoxi.domain.rendered import JsonValue
from gitmoxi.validation.aws_model import input_shape, named_shape
from gitmoxi.validation.cleaning import Described, StandIn, clean
from gitmoxi.validation.document_rules import skeleton_found
from gitmoxi.validation.shape import shape_findings
from gitmoxi.validation.sources import Source


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NativeDocument:
    """One kind of native document.

    Attributes:
        service: botocore's name of the AWS service.
        operation: the API operation whose request it is.
        described_as: the shape in which AWS describes the result.
        wrappers: see ``gitmoxi.validation.cleaning.Described``.
        described_parts: by request member, the shape in which AWS describes it apart.
        stands_for: see there.
        holds: see there.
        missing_advice: what to do when a required member is missing.
        foreign_advice: what to do about members that other tools or operations have.
    """

    service: str
    operation: str
    described_as: str
    wrappers: tuple[str, ...]
    described_parts: Mapping[str, str] = field(default_factory=dict)
    stands_for: Mapping[str, StandIn] = field(default_factory=dict)
    holds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing_advice: Mapping[str, str] = field(default_factory=dict)
    foreign_advice: Mapping[str, str] = field(default_factory=dict)


_NAME_ELSEWHERE = "other tools keep the name in their own configuration; here it belongs into this file"
_SET_APART = "AWS sets it by another call, which Gitmoxi does not make: remove it, and set it apart"

ECS_SERVICE = NativeDocument(
    service="ecs",
    operation="CreateService",
    described_as="Service",
    wrappers=("services", "service"),
    stands_for={
        "clusterArn": StandIn(member="cluster"),
        "roleArn": StandIn(member="role", unless=":role/aws-service-role/"),
    },
    holds={
        "deployments": ("serviceConnectConfiguration", "volumeConfigurations", "vpcLatticeConfigurations")
    },
    missing_advice={"serviceName": _NAME_ELSEWHERE},
    foreign_advice={
        "forceNewDeployment": "it is for one update only: remove it; `gmctl commit deploy -f` forces one",
        "service": "it belongs to UpdateService: write serviceName",
    },
)
"""https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html"""

ECS_TASK_DEFINITION = NativeDocument(
    service="ecs",
    operation="RegisterTaskDefinition",
    described_as="TaskDefinition",
    wrappers=("taskDefinition",),
    missing_advice={
        "containerDefinitions": "add containerDefinitions, the list of the task's containers",
        "family": "add family, the name that all revisions of the task definition share",
    },
)
"""https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html"""

LAMBDA_FUNCTION = NativeDocument(
    service="lambda",
    operation="CreateFunction",
    described_as="FunctionConfiguration",
    wrappers=("Configuration", "Functions"),
    described_parts={"Code": "FunctionCodeLocation"},
    stands_for={"ImageConfigResponse": StandIn(member="ImageConfig", within="ImageConfig")},
    missing_advice={
        "Code": "other tools find the code by themselves; here the file says where it lies: "
        '{"S3Bucket": ..., "S3Key": ...} or {"ImageUri": ...}',
        "FunctionName": _NAME_ELSEWHERE,
    },
    foreign_advice={
        "CodeUri": 'this is AWS SAM\'s: write "Code": {"S3Bucket": ..., "S3Key": ...}',
        "Concurrency": _SET_APART,
        "EventInvokeConfig": _SET_APART,
        "Events": "this is AWS SAM's: event sources belong into _lambdaeventsourcedef.json",
        "FunctionUrl": _SET_APART,
        "FunctionUrlConfig": _SET_APART,
        "ImageUri": 'it belongs into Code: write "Code": {"ImageUri": ...}',
        "RecursiveLoop": _SET_APART,
        "ReservedConcurrentExecutions": _SET_APART,
        "RuntimeManagementConfig": _SET_APART,
    },
)
"""https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html"""

EVENT_SOURCE_MAPPING = NativeDocument(
    service="lambda",
    operation="CreateEventSourceMapping",
    described_as="EventSourceMappingConfiguration",
    wrappers=("EventSourceMappings",),
)
"""https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A document as AWS takes it, where it stands, and what was found; with errors it must not be sent."""

    document: dict[str, JsonValue]
    source: Source
    findings: tuple[Finding, ...]


def check_native(
    native: NativeDocument, document: JsonValue, source: Source, *, not_required: Collection[str] = ()
) -> Checked:
    """Cleans a committed document and checks its form; what is not known here is not checked.

    Args:
        native: what the document is meant to be.
        document: the document as committed.
        source: where it stands.
        not_required: required members that may be missing here because we fill them in.
    """
    request = input_shape(native.service, native.operation)
    cleaned = clean(document, source, request=request, described=_described(native))
    findings = (*skeleton_found(document, source), *cleaned.findings)
    if not any(finding.severity is Severity.ERROR for finding in findings):
        findings += tuple(
            shape_findings(
                request,
                cleaned.document,
                cleaned.source,
                not_required=not_required,
                missing_advice=native.missing_advice,
                foreign_advice=native.foreign_advice,
            )
        )
    document = cleaned.document if isinstance(cleaned.document, dict) else {}
    return Checked(document=document, source=cleaned.source, findings=findings)


@cache
def _described(native: NativeDocument) -> Described:
    return Described(
        shape=named_shape(native.service, native.described_as),
        wrappers=native.wrappers,
        parts={name: named_shape(native.service, part) for name, part in native.described_parts.items()},
        stands_for=native.stands_for,
        holds=native.holds,
    )
