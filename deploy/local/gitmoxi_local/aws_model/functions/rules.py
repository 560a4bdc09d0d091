"""Lambda's preconditions: who may change a function when, and to what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gitmoxi_local.aws_model.functions import errors
from gitmoxi_local.aws_model.functions.constraints import RUNTIMES
from gitmoxi_local.aws_model.functions.state import Function

Params = Mapping[str, Any]

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


def runtime_usable(params: Params) -> None:
    """CreateFunction, UpdateFunctionConfiguration: the runtime exists and may still be used."""
    runtime = params.get("Runtime")
    if runtime is None:
        return
    if runtime not in RUNTIMES:
        raise errors.invalid(
            f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
            f"[{', '.join(RUNTIMES)}] or be a valid ARN"
        )
    if runtime in _DEAD_RUNTIMES:
        raise errors.invalid(
            f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda "
            "functions. We recommend you use a supported runtime while creating or updating functions."
        )


def environment_fits(params: Params, most_bytes: int) -> None:
    """CreateFunction, UpdateFunctionConfiguration: all environment variables together stay below 4 KB.

    https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    """
    variables = (params.get("Environment") or {}).get("Variables") or {}
    if len(json.dumps(variables, separators=(",", ":")).encode()) > most_bytes:
        raise errors.invalid(
            "Lambda was unable to configure your environment variables because the environment variables you "
            f"have provided exceeded the {most_bytes // 1024}KB limit."
        )


def complete(params: Params) -> None:
    """CreateFunction: a deployment package comes with runtime and handler.

    https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html, "Handler", "Runtime"
    """
    if params.get("PackageType", "Zip") == "Zip" and not (params.get("Runtime") and params.get("Handler")):
        raise errors.invalid(
            "Runtime and Handler are mandatory parameters for functions created with deployment packages."
        )


def revision_matches(params: Params, current: Params) -> None:
    """Every call that takes a RevisionId: it is the current one."""
    wanted = params.get("RevisionId")
    if wanted is not None and wanted != current.get("RevisionId"):
        raise errors.stale_revision()


def not_busy(function: Function) -> None:
    """Updates and PublishVersion: no creation and no update is under way.

    https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
    """
    if function.transition is None:
        return
    if function.latest.config["State"] == "Pending":
        raise errors.wrong_state("Pending")
    raise errors.conflict(
        "The operation cannot be performed at this time. An update is in progress for resource: "
        f"{function.arn}"
    )


def code_hash_matches(params: Params, function: Function) -> None:
    """PublishVersion: CodeSha256 is that of $LATEST."""
    wanted, current = params.get("CodeSha256"), function.latest.config["CodeSha256"]
    if wanted and wanted != current:
        raise errors.invalid(
            f"CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST ({current}). Please try "
            "again with the CodeSHA256 in $LATEST."
        )


def alias_can_point(function: Function, version: str, weights: Mapping[str, float]) -> None:
    """CreateAlias and UpdateAlias: the versions exist and may share traffic.

    https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
    """
    _require_version(function, version)
    if not weights:
        return
    if len(weights) > 1:
        raise errors.invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")
    if version == "$LATEST":
        raise errors.invalid("$LATEST is not supported for an alias pointing to more than 1 version")
    for additional in weights:
        _may_share_traffic(function, version, additional)


def _may_share_traffic(function: Function, version: str, additional: str) -> None:
    if additional == version:
        raise errors.invalid(
            f"Invalid function version {version}. Function version {version} is already included in routing "
            "configuration."
        )
    _require_version(function, additional)
    first, second = function.versions[version].config, function.versions[additional].config
    for member, name in (("Role", "execution role"), ("DeadLetterConfig", "dead-letter queue configuration")):
        if (first.get(member) or None) != (second.get(member) or None):
            raise errors.invalid(
                f"Function versions {version} and {additional} must have the same {name} to share an alias."
            )


def _require_version(function: Function, version: str) -> None:
    if version != "$LATEST" and version not in function.versions:
        raise errors.not_found(f"{function.arn}:{version}")
