"""Lambda's refusals as pure checks on a function's record.

A record has ``config``, ``versions``, ``aliases`` and ``policy``. Each check raises ``AwsError``
with the code that its API page names; where AWS documents no text, the text is the one that
the service is known to send.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gitmoxi_local.aws_model.base import AwsError

Record = Mapping[str, Any]

# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html, "Deprecated runtimes": those that can
# be neither created nor updated any more.
_DEAD_RUNTIMES = frozenset(
    {
        "dotnetcore1.0",
        "dotnetcore2.0",
        "dotnetcore2.1",
        "dotnetcore3.1",
        "go1.x",
        "java8",
        "nodejs",
        "nodejs10.x",
        "nodejs12.x",
        "nodejs14.x",
        "nodejs4.3",
        "nodejs4.3-edge",
        "nodejs6.10",
        "nodejs8.10",
        "provided",
        "python2.7",
        "python3.6",
        "python3.7",
        "ruby2.5",
        "ruby2.7",
    }
)

# What two versions may differ in and still be the same code and configuration.
_NOT_CONFIGURATION = frozenset(
    {
        "Description",
        "FunctionArn",
        "LastModified",
        "LastUpdateStatus",
        "LastUpdateStatusReason",
        "LastUpdateStatusReasonCode",
        "RevisionId",
        "SnapStart",
        "State",
        "StateReason",
        "StateReasonCode",
        "Version",
    }
)

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_ENVIRONMENT_BYTES = 4096


def runtime_known(params: Mapping[str, Any], runtimes: Sequence[str]) -> None:
    """CreateFunction, UpdateFunctionConfiguration: the runtime exists and may still be used."""
    runtime = params.get("Runtime")
    if runtime is None:
        return
    if runtime not in runtimes:
        raise AwsError(
            "InvalidParameterValueException",
            f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
            f"[{', '.join(runtimes)}] or be a valid ARN",
        )
    if runtime in _DEAD_RUNTIMES:
        raise AwsError(
            "InvalidParameterValueException",
            f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda "
            "functions. We recommend you use a supported runtime while creating or updating functions.",
        )


def environment_fits(params: Mapping[str, Any]) -> None:
    """CreateFunction, UpdateFunctionConfiguration: all environment variables together stay below 4 KB."""
    variables = (params.get("Environment") or {}).get("Variables") or {}
    if len(json.dumps(variables, separators=(",", ":")).encode()) > _ENVIRONMENT_BYTES:
        raise AwsError(
            "InvalidParameterValueException",
            "Lambda was unable to configure your environment variables because the environment variables you "
            "have provided exceeded the 4KB limit.",
        )


def revision_matches(params: Mapping[str, Any], current: Mapping[str, Any]) -> None:
    """Every call that takes a RevisionId: it is the current one."""
    wanted = params.get("RevisionId")
    if wanted is not None and wanted != current.get("RevisionId"):
        raise AwsError(
            "PreconditionFailedException",
            "The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API "
            "to retrieve the latest RevisionId for your resource.",
            412,
        )


def not_busy(record: Record) -> None:
    """Updates and PublishVersion: no creation and no update is under way.

    https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
    """
    config = record["config"]
    if config.get("LastUpdateStatus") == "InProgress" and config.get("State") != "Pending":
        raise AwsError(
            "ResourceConflictException",
            "The operation cannot be performed at this time. An update is in progress for resource: "
            f"{config['FunctionArn']}",
            409,
        )
    not_pending(record)


def not_pending(record: Record) -> None:
    """Invoke, updates and PublishVersion: the function has been created."""
    if record["config"].get("State") == "Pending":
        raise AwsError(
            "ResourceConflictException",
            "The operation cannot be performed at this time. The function is currently in the following "
            "state: Pending",
            409,
        )


def code_hash_matches(params: Mapping[str, Any], record: Record) -> None:
    """PublishVersion: CodeSha256 is that of $LATEST."""
    wanted, current = params.get("CodeSha256"), record["config"].get("CodeSha256")
    if wanted and wanted != current:
        raise AwsError(
            "InvalidParameterValueException",
            f"CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST ({current}). Please try "
            "again with the CodeSHA256 in $LATEST.",
        )


def unchanged_version(record: Record) -> str | None:
    """PublishVersion: the newest version if $LATEST differs from it in nothing, else None.

    A version remembers the description that $LATEST had, because PublishVersion may give the
    version another one.
    """
    versions: Mapping[str, Any] = record["versions"]
    newest = max(versions, key=int, default=None)
    if newest is None:
        return None
    version, latest = versions[newest], record["config"]
    same = _configuration(version["config"]) == _configuration(latest)
    description = version.get("latest_description", version["config"].get("Description", ""))
    return newest if same and description == latest.get("Description", "") else None


def alias_can_point(record: Record, params: Mapping[str, Any], alias: Mapping[str, Any] | None) -> None:
    """CreateAlias (``alias`` None) and UpdateAlias: versions exist and may share traffic.

    https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
    """
    before = alias or {}
    version = str(params.get("FunctionVersion") or before.get("FunctionVersion", ""))
    _require_version(record, version)
    routing = params.get("RoutingConfig", before.get("RoutingConfig")) or {}
    weights: Mapping[str, float] = routing.get("AdditionalVersionWeights") or {}
    if not weights:
        return
    if len(weights) > 1:
        raise AwsError(
            "InvalidParameterValueException",
            "Number of items in AdditionalVersionWeights cannot be greater than 1",
        )
    if version == "$LATEST":
        raise AwsError(
            "InvalidParameterValueException",
            "$LATEST is not supported for an alias pointing to more than 1 version",
        )
    for additional in weights:
        _may_share_traffic(record, version, additional)


def deletable(record: Record, qualifier: str) -> None:
    """DeleteFunction with a qualifier: it is a version, not $LATEST and not an alias."""
    if qualifier == "$LATEST":
        raise AwsError(
            "InvalidParameterValueException",
            "$LATEST version cannot be deleted without deleting the function.",
        )
    if qualifier in record["aliases"]:
        raise AwsError(
            "InvalidParameterValueException",
            "Deletion of aliases is not currently supported by this operation: use DeleteAlias.",
        )


def policy_document(record: Record, qualifier: str) -> str:
    """GetPolicy: the statements of exactly one resource, as JSON.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html
    """
    arn = record["config"]["FunctionArn"] + (f":{qualifier}" if qualifier else "")
    policy = record["policy"]
    statements = [item for item in policy.get("Statement", []) if item.get("Resource") == arn]
    if not statements:
        raise AwsError("ResourceNotFoundException", "The resource you requested does not exist.", 404)
    return json.dumps({**policy, "Statement": statements})


def _may_share_traffic(record: Record, version: str, additional: str) -> None:
    if additional == version:
        raise AwsError(
            "InvalidParameterValueException",
            f"Invalid function version {version}. Function version {version} is already included in routing "
            "configuration.",
        )
    _require_version(record, additional)
    first, second = record["versions"][version]["config"], record["versions"][additional]["config"]
    for member, name in (("Role", "execution role"), ("DeadLetterConfig", "dead-letter queue configuration")):
        if (first.get(member) or None) != (second.get(member) or None):
            raise AwsError(
                "InvalidParameterValueException",
                f"Function versions {version} and {additional} must have the same {name} to share an alias.",
            )


def _require_version(record: Record, version: str) -> None:
    if version != "$LATEST" and version not in record["versions"]:
        raise AwsError(
            "ResourceNotFoundException",
            f"Function not found: {record['config']['FunctionArn']}:{version}",
            404,
        )


def _configuration(config: Mapping[str, Any]) -> dict[str, Any]:
    return {member: value for member, value in config.items() if member not in _NOT_CONFIGURATION}
