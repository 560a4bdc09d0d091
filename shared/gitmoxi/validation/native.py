"""The native AWS documents that users commit: what they are sent as, and what they are described as."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from gitmoxi.domain.findings import Finding, Severity
from gitmoxi.domain.rendered import JsonValue
from gitmoxi.validation.aws_model import input_shape, named_shape
from gitmoxi.validation.cleaning import Described, clean
from gitmoxi.validation.shape import shape_findings
from gitmoxi.validation.sources import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeDocument:
    """One kind of native document.

    Attributes:
        service: botocore's name of the AWS service.
        operation: the API operation whose request it is.
        described_as: the shape in which AWS describes the result.
        wrappers: see ``gitmoxi.validation.cleaning.Described``.
        described_parts: by request member, the shape in which AWS describes it apart.
        stands_for: see there.
        described_advice: see there.
        missing_advice: what to do when a required member is missing.
    """

    service: str
    operation: str
    described_as: str
    wrappers: tuple[str, ...]
    described_parts: Mapping[str, str] = field(default_factory=dict)
    stands_for: Mapping[str, str] = field(default_factory=dict)
    described_advice: Mapping[str, str] = field(default_factory=dict)
    missing_advice: Mapping[str, str] = field(default_factory=dict)


_NAME_ELSEWHERE = "other tools keep the name in their own configuration; here it belongs into this file"

ECS_SERVICE = NativeDocument(
    service="ecs",
    operation="CreateService",
    described_as="Service",
    wrappers=("services", "service"),
    stands_for={"clusterArn": "cluster"},
    missing_advice={"serviceName": _NAME_ELSEWHERE},
)
"""https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html"""

ECS_TASK_DEFINITION = NativeDocument(
    service="ecs",
    operation="RegisterTaskDefinition",
    described_as="TaskDefinition",
    wrappers=("taskDefinition",),
)
"""https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html"""

LAMBDA_FUNCTION = NativeDocument(
    service="lambda",
    operation="CreateFunction",
    described_as="FunctionConfiguration",
    wrappers=("Configuration",),
    described_parts={"Code": "FunctionCodeLocation"},
    described_advice={"ImageConfigResponse": "write what is in its ImageConfig as ImageConfig"},
    missing_advice={
        "Code": "other tools find the code by themselves; here the file says where it lies: "
        '{"S3Bucket": ..., "S3Key": ...} or {"ImageUri": ...}',
        "FunctionName": _NAME_ELSEWHERE,
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
    """Cleans a committed document and checks its form.

    Args:
        native: what the document is meant to be.
        document: the document as committed.
        source: where it stands.
        not_required: required members that may be missing here because we fill them in.
    """
    request = input_shape(native.service, native.operation)
    described = Described(
        shape=named_shape(native.service, native.described_as),
        wrappers=native.wrappers,
        parts={name: named_shape(native.service, part) for name, part in native.described_parts.items()},
        stands_for=native.stands_for,
        advice=native.described_advice,
    )
    cleaned = clean(document, source, request=request, described=described)
    findings = cleaned.findings
    if not any(finding.severity is Severity.ERROR for finding in findings):
        findings += tuple(
            shape_findings(
                request,
                cleaned.document,
                cleaned.source,
                not_required=not_required,
                missing_advice=native.missing_advice,
            )
        )
    document = cleaned.document if isinstance(cleaned.document, dict) else {}
    return Checked(document=document, source=cleaned.source, findings=findings)
