"""How AWS Lambda reads a function: which call changes what, what it keeps, and what it fills in.

Sources: API_CreateFunction, API_UpdateFunctionConfiguration, API_UpdateFunctionCode,
API_FunctionConfiguration, API_VpcConfig, API_LoggingConfig and API_TracingConfig of the AWS Lambda API
Reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gitmoxi.planning.documents import Document, Json
from gitmoxi.planning.rules import Rules
from gitmoxi.ports.aws_lambda import LambdaFunction

CONFIGURATION_FIELDS: Final = frozenset(
    {
        "CapacityProviderConfig",
        "DeadLetterConfig",
        "Description",
        "DurableConfig",
        "Environment",
        "EphemeralStorage",
        "FileSystemConfigs",
        "Handler",
        "ImageConfig",
        "KMSKeyArn",
        "Layers",
        "LoggingConfig",
        "MemorySize",
        "Role",
        "Runtime",
        "SnapStart",
        "Timeout",
        "TracingConfig",
        "VpcConfig",
    }
)
"""What UpdateFunctionConfiguration takes of a function's definition."""

MOVED_AT_ONCE: Final = frozenset({"Role", "DeadLetterConfig"})
"""Both versions of a weighted alias must share these (Developer Guide, "Lambda canary deployments")."""

LAMBDA_RULES: Final = Rules(
    document="function",
    keyed={"FileSystemConfigs": ("LocalMountPath",)},
    unordered=frozenset({"VpcConfig.SubnetIds", "VpcConfig.SecurityGroupIds"}),
    defaults={
        "": {
            "Architectures": ["x86_64"],
            "DeadLetterConfig": {},
            "Description": "",
            "EphemeralStorage": {"Size": 512},
            "ImageConfig": {},
            "KMSKeyArn": "",
            "LoggingConfig": {},
            "MemorySize": 128,
            "SnapStart": {"ApplyOn": "None"},
            "Timeout": 3,
            "TracingConfig": {"Mode": "PassThrough"},
            "VpcConfig": {},
        },
        "DeadLetterConfig": {"TargetArn": ""},
        "ImageConfig": {"WorkingDirectory": ""},
        "LoggingConfig": {"LogFormat": "Text"},
        "VpcConfig": {"Ipv6AllowedForDualStack": False},
    },
    kept_in=frozenset(
        {
            "",
            "LoggingConfig",
            "DurableConfig",
            "CapacityProviderConfig.LambdaManagedInstancesCapacityProviderConfig",
        }
    ),
    kept=frozenset({"FileSystemConfigs[].S3FilesConfig"}),
    ignored=frozenset(
        {
            "Code",
            "CodeSigningConfigArn",
            "FunctionName",
            "PackageType",
            "Publish",
            "PublishTo",
            "Tags",
            "TenancyConfig",
        }
    ),
)

_RESETS: Final[Mapping[str, Json]] = {
    "Architectures": ["x86_64"],
    "DeadLetterConfig": {"TargetArn": ""},
    "Description": "",
    "Environment": {"Variables": {}},
    "EphemeralStorage": {"Size": 512},
    "FileSystemConfigs": [],
    "ImageConfig": {"EntryPoint": [], "Command": [], "WorkingDirectory": ""},
    "KMSKeyArn": "",
    "Layers": [],
    "MemorySize": 128,
    "SnapStart": {"ApplyOn": "None"},
    "Timeout": 3,
    "TracingConfig": {"Mode": "PassThrough"},
    "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
}


def default_log_group(function_name: str) -> str:
    """Where a function logs to unless it is told otherwise (API_LoggingConfig)."""
    return f"/aws/lambda/{function_name}"


def resets(function: Document, function_name: str) -> Mapping[str, Json]:
    """What is sent for a member that the last good revision had and ``function`` has not."""
    log_group = default_log_group(function_name)
    logging: dict[str, Json] = {
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": log_group},
        "LoggingConfig.LogGroup": log_group,
    }
    if (function.get("LoggingConfig") or {}).get("LogFormat") == "JSON":
        # Levels are taken with JSON only, and are INFO there.
        logging |= {"LoggingConfig.ApplicationLogLevel": "INFO", "LoggingConfig.SystemLogLevel": "INFO"}
    return {**_RESETS, **logging}


STAYING: Final = ("CapacityProviderConfig", "CodeSigningConfigArn", "DurableConfig")
"""Members that stay when they are taken out: UpdateFunctionConfiguration has no value for "none"."""


def comparable_function(live: LambdaFunction) -> Document:
    """A live function or version in the terms of CreateFunction."""
    document: dict[str, Any] = dict(live.configuration)
    if "Layers" in document:
        document["Layers"] = [layer["Arn"] for layer in document["Layers"] or ()]
    image = (document.get("ImageConfigResponse") or {}).get("ImageConfig")
    if image is not None:
        document["ImageConfig"] = image
    document["LoggingConfig"] = {
        "LogGroup": default_log_group(str(document.get("FunctionName"))),
        **(document.get("LoggingConfig") or {}),
    }
    for name in ("VpcConfig", "SnapStart", "Environment"):
        if isinstance(document.get(name), Mapping):
            document[name] = {k: v for k, v in document[name].items() if k not in _ANSWERED_ONLY}
    return document


_ANSWERED_ONLY: Final = frozenset({"VpcId", "OptimizationStatus", "Error"})
"""Members of VpcConfigResponse, SnapStartResponse and EnvironmentResponse that no request has."""
