"""A function's configuration: from requests, as it changes, and as the API shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmoxi_local.aws_model.codec import copied
from gitmoxi_local.aws_model.functions import names
from gitmoxi_local.aws_model.functions.state import LATEST, Doc, Edition, Function

_PLAIN = (
    "CapacityProviderConfig",
    "DeadLetterConfig",
    "Description",
    "DurableConfig",
    "EphemeralStorage",
    "FileSystemConfigs",
    "Handler",
    "KMSKeyArn",
    "MemorySize",
    "Role",
    "Runtime",
    "TenancyConfig",
    "Timeout",
    "TracingConfig",
)
"""Members that requests and configurations have in the same form."""

_GONE_WHEN_EMPTY = ("Environment", "FileSystemConfigs", "ImageConfigResponse", "KMSKeyArn", "Layers")

_ONLY_ONE_FUNCTION_TELLS = (
    "LastUpdateStatus",
    "LastUpdateStatusReason",
    "LastUpdateStatusReasonCode",
    "RuntimeVersionConfig",
    "State",
    "StateReason",
    "StateReasonCode",
)
"""What ListFunctions leaves out (API_ListFunctions)."""

_NOT_COMPARED = frozenset(
    {
        "Description",
        "FunctionArn",
        "LastModified",
        "RevisionId",
        "SnapStart",
        "Version",
        *_ONLY_ONE_FUNCTION_TELLS,
    }
)
"""What two editions may differ in and still be the same code and configuration."""


def created(function: Function, params: Mapping[str, Any], layers: list[Doc]) -> Doc:
    """The configuration of a new function, with AWS's defaults.

    https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
    """
    config: Doc = {
        "FunctionName": function.name,
        "FunctionArn": function.arn,
        "Version": LATEST,
        "PackageType": params.get("PackageType", "Zip"),
        "Architectures": ["x86_64"],
        "Description": "",
        "EphemeralStorage": {"Size": 512},
        "MemorySize": 128,
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "Timeout": 3,
        "TracingConfig": {"Mode": "PassThrough"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{function.name}"},
    }
    apply(config, settings(params, config, layers))
    return config


def settings(params: Mapping[str, Any], before: Mapping[str, Any], layers: list[Doc]) -> Doc:
    """The members of a configuration that a request sets; those that it leaves out are absent.

    https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html
    """
    changes: Doc = {member: params[member] for member in _PLAIN if member in params}
    if "Architectures" in params:
        changes["Architectures"] = params["Architectures"]
    if "Environment" in params:
        variables = params["Environment"].get("Variables") or {}
        changes["Environment"] = {"Variables": variables} if variables else {}
    if "VpcConfig" in params:
        changes["VpcConfig"] = _network(params["VpcConfig"])
    if "Layers" in params:
        changes["Layers"] = layers
    if "ImageConfig" in params:
        changes["ImageConfigResponse"] = (
            {"ImageConfig": params["ImageConfig"]} if params["ImageConfig"] else {}
        )
    if "SnapStart" in params:
        changes["SnapStart"] = {"ApplyOn": "None", **params["SnapStart"], "OptimizationStatus": "Off"}
    if "LoggingConfig" in params:
        changes["LoggingConfig"] = {**before.get("LoggingConfig", {}), **params["LoggingConfig"]}
    return changes


def apply(config: Doc, changes: Mapping[str, Any]) -> None:
    """Put members into a configuration; those that are empty now are not shown any more."""
    config.update(changes)
    if not (config.get("DeadLetterConfig") or {}).get("TargetArn"):
        config.pop("DeadLetterConfig", None)
    for member in _GONE_WHEN_EMPTY:
        if not config.get(member):
            config.pop(member, None)


def has_network(config: Mapping[str, Any]) -> bool:
    """Whether a function lives in a VPC."""
    return bool((config.get("VpcConfig") or {}).get("SubnetIds"))


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two configurations are the same code and settings, descriptions aside."""
    return _compared(one) == _compared(other)


def shown(function: Function, edition: Edition, qualifier: str = "") -> Doc:
    """A configuration under the name that a caller asked for, so with the qualifier in its ARN."""
    config: Doc = copied(edition.config)
    config["FunctionArn"] = names.qualified(function.arn, qualifier)
    if edition is function.latest and function.gone_at is not None:
        config["State"] = "Deleting"
    return config


def listed(config: Doc) -> Doc:
    """A configuration without what ListFunctions leaves out."""
    return {member: value for member, value in config.items() if member not in _ONLY_ONE_FUNCTION_TELLS}


def _network(network: Mapping[str, Any]) -> Doc:
    subnets = list(network.get("SubnetIds") or [])
    return {
        "SubnetIds": subnets,
        "SecurityGroupIds": list(network.get("SecurityGroupIds") or []),
        "VpcId": "vpc-modelled" if subnets else "",
    }


def _compared(config: Mapping[str, Any]) -> Doc:
    return {member: value for member, value in config.items() if member not in _NOT_COMPARED}
