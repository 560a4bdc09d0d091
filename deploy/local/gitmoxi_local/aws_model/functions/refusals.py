"""The refusals and failures that a test can ask for, in AWS's words.

Refusals come from CreateFunction and UpdateFunction*; failures are told afterwards, by
StateReason(Code) and LastUpdateStatusReason(Code). The words of a failure are those that
https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html has for the same trouble; where AWS
documents none, a fault should bring its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gitmoxi_local.aws_model.base import AwsError
from gitmoxi_local.aws_model.functions.faults import FunctionFaults, texts_of

Params = Mapping[str, Any]


def _code(params: Params) -> Params:
    code: Params = params.get("Code") or params
    return code


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    """An error for requests that concern what is broken; ``{image}`` stands for the request's image."""

    concerns: Callable[[Params], bool]
    message: str
    code: str = "InvalidParameterValueException"


REFUSALS: Mapping[str, _Refusal] = {
    "role_not_assumable": _Refusal(
        concerns=lambda params: "Role" in params,
        message="The role defined for the function cannot be assumed by Lambda.",
    ),
    "role_without_network": _Refusal(
        concerns=lambda params: "VpcConfig" in params,
        message="The provided execution role does not have permissions to call CreateNetworkInterface on EC2",
    ),
    "subnet_missing": _Refusal(
        concerns=lambda params: "VpcConfig" in params,
        message=(
            "Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. EC2 Error "
            "Message: The subnet ID '{subnet}' does not exist"
        ),
    ),
    "security_group_missing": _Refusal(
        concerns=lambda params: "VpcConfig" in params,
        message=(
            "Error occurred while DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound. EC2 Error "
            "Message: The security group '{group}' does not exist"
        ),
    ),
    "key_unusable": _Refusal(
        concerns=lambda params: "KMSKeyArn" in params or "Environment" in params,
        message=(
            "Lambda was unable to configure access to your environment variables because the KMS key is "
            "invalid for CreateGrant. Please check your KMS key settings."
        ),
    ),
    "object_denied": _Refusal(
        concerns=lambda params: "S3Key" in _code(params),
        message=(
            "Error occurred while GetObject. S3 Error Code: AccessDenied. S3 Error Message: Access Denied"
        ),
    ),
    "image_denied": _Refusal(
        concerns=lambda params: "ImageUri" in _code(params),
        message="Lambda does not have permission to access the ECR image. Check the ECR permissions.",
    ),
    "image_missing": _Refusal(
        concerns=lambda params: "ImageUri" in _code(params),
        message="Source image {image} does not exist. Provide a valid source image.",
    ),
    "image_unsupported": _Refusal(
        concerns=lambda params: "ImageUri" in _code(params),
        message=(
            "The image manifest, config or layer media type for the source image {image} is not supported."
        ),
    ),
    "storage_full": _Refusal(
        concerns=lambda params: bool({"S3Key", "ZipFile"} & _code(params).keys()),
        code="CodeStorageExceededException",
        message="Code storage limit exceeded.",
    ),
}

REASONS: Mapping[str, str] = {
    "DisabledKMSKey": (
        "Lambda couldn't decrypt the environment variables because the KMS key used is disabled. Check the "
        "Lambda function's KMS key settings."
    ),
    "EFSIOError": "The function couldn't read from or write to a connected file system.",
    "EFSMountConnectivityError": (
        "The Lambda function couldn't make a network connection to the configured file system."
    ),
    "EFSMountFailure": (
        "The Lambda function couldn't mount the configured file system due to a permission or configuration "
        "issue."
    ),
    "EFSMountTimeout": (
        "The Lambda function made a network connection to the configured file system, but the mount "
        "operation timed out."
    ),
    "EniLimitExceeded": (
        "Lambda couldn't create an elastic network interface in the VPC, specified as part of Lambda "
        "function configuration, because the limit for network interfaces has been reached."
    ),
    "ImageAccessDenied": (
        "Lambda does not have permission to access the ECR image. Check the ECR permissions."
    ),
    "InsufficientRolePermissions": (
        "The provided execution role does not have permissions to call CreateNetworkInterface on EC2"
    ),
    "InternalError": "The Lambda service encountered an internal error.",
    "InvalidRuntime": "The runtime or runtime version specified is not supported.",
    "InvalidSecurityGroup": (
        "The security group ID provided in the Lambda function VPC configuration is not valid."
    ),
    "InvalidStateKMSKey": (
        "Lambda couldn't decrypt the environment variables because the state of the KMS key used is not "
        "valid for Decrypt. Check the function's KMS key settings."
    ),
    "InvalidSubnet": "The subnet ID provided in the Lambda function VPC configuration is not valid.",
    "InvalidZipFileException": "Lambda could not unzip the deployment package.",
    "KMSKeyAccessDenied": (
        "Lambda couldn't decrypt the environment variables because KMS access was denied. Check the Lambda "
        "function's KMS permissions."
    ),
    "KMSKeyNotFound": (
        "Lambda couldn't decrypt the environment variables because the KMS key was not found. Check the "
        "function's KMS key settings."
    ),
    "SubnetOutOfIPAddresses": (
        "Lambda couldn't set up VPC access for the Lambda function because one or more configured subnets "
        "has no available IP addresses."
    ),
}


def require_none(faults: FunctionFaults, name: str, params: Params) -> None:
    """CreateFunction, UpdateFunctionCode, UpdateFunctionConfiguration: no fault refuses the request.

    Raises:
        AwsError: the first refusal that fits.
    """
    texts = texts_of(name, params)
    for kind, refusal in REFUSALS.items():
        if refusal.concerns(params) and next(faults.of(kind, texts), None) is not None:
            raise AwsError(refusal.code, refusal.message.format(**_named(params)))


def _named(params: Params) -> Mapping[str, str]:
    network = params.get("VpcConfig") or {}
    return {
        "image": str(_code(params).get("ImageUri", "")),
        "subnet": next(iter(network.get("SubnetIds") or []), ""),
        "group": next(iter(network.get("SecurityGroupIds") or []), ""),
    }
