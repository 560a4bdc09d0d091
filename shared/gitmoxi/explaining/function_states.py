"""Lambda's reason codes: why a function, or its last update, failed.

``StateReasonCode`` and ``LastUpdateStatusReasonCode``: FunctionConfiguration, AWS Lambda API reference.
"""

from __future__ import annotations

from typing import Final

from gitmoxi.explaining.entry import Entry
from gitmoxi.explaining.pages import FUNCTION_STATES

QUIET_CODES: Final = frozenset({"Creating", "Idle", "Restoring", "DrainingDurableExecutions"})
"""Codes of functions that are on their way or at rest; no failure by themselves."""

_STATE = "The function's log group in CloudWatch Logs tells more."


def _state(id_: str, codes: str, cause: str, advice: str, allow: tuple[str, ...] = (), on: str = "") -> Entry:
    """An entry by ``codes``, parted by blanks."""
    return Entry(
        id=id_,
        cause=cause,
        advice=advice,
        source=FUNCTION_STATES,
        codes=frozenset(codes.split()),
        allow=allow,
        on=on,
    )


FUNCTION_STATE_ENTRIES: Final[tuple[Entry, ...]] = (
    _state(
        "function.not-ready",
        "Creating Restoring",
        "The {function} is still being made ready.",
        "Wait; if it lasts longer than ten minutes, look at the function's network and role.",
    ),
    _state(
        "function.idle",
        "Idle",
        "The {function} was not used for a long time, and Lambda put its resources away.",
        "The next invocation wakes it up.",
    ),
    _state(
        "function.draining",
        "DrainingDurableExecutions",
        "The {function} waits for its durable executions to end.",
        "Wait for them, or stop them.",
    ),
    _state(
        "function.interface-limit",
        "EniLimitExceeded",
        "The account has as many network interfaces as it may, and the {function} needs one more.",
        "Ask for a higher quota of network interfaces per region (Amazon VPC), or delete unused ones.",
    ),
    _state(
        "function.role-lacks-permissions",
        "InsufficientRolePermissions",
        "The role of the {function} lacks permissions that Lambda needs to set it up.",
        "For a function in a VPC, add this statement to its role: {statement}",
        (
            "ec2:CreateNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:DeleteNetworkInterface",
            "ec2:AssignPrivateIpAddresses",
            "ec2:UnassignPrivateIpAddresses",
        ),
        "*",
    ),
    _state(
        "function.invalid-configuration",
        "InvalidConfiguration",
        "The configuration of the {function} cannot be used.",
        "AWS's words name the setting.",
    ),
    _state(
        "function.internal-error",
        "InternalError DependencyError",
        "Lambda, or a service it depends on, failed while it set up the {function}.",
        "Retry the deployment. If it lasts, look at the AWS Health Dashboard or ask AWS Support.",
    ),
    _state(
        "function.no-free-addresses",
        "SubnetOutOfIPAddresses",
        "A subnet of the {function} has no free IP address.",
        "Free addresses in it, or add a larger subnet to VpcConfig.SubnetIds.",
    ),
    _state(
        "function.invalid-subnet",
        "InvalidSubnet",
        "A subnet of the {function} does not exist or cannot be used.",
        "Correct VpcConfig.SubnetIds.",
    ),
    _state(
        "function.invalid-security-group",
        "InvalidSecurityGroup",
        "A security group of the {function} does not exist or cannot be used.",
        "Correct VpcConfig.SecurityGroupIds.",
    ),
    _state(
        "function.vpc-encryption-control",
        "DisallowedByVpcEncryptionControl",
        "The VPC demands encryption in transit, which the {function} cannot give.",
        "Except Lambda in the VPC's encryption control, or use another VPC.",
    ),
    _state(
        "function.image-deleted",
        "ImageDeleted",
        "The image of the {function} was deleted from its repository.",
        "Push the image again and update the function, and keep the repository's lifecycle policy from "
        "used images.",
    ),
    _state(
        "function.image-denied",
        "ImageAccessDenied",
        "Lambda may not read the image of the {function}.",
        "Allow the service lambda.amazonaws.com ecr:BatchGetImage and ecr:GetDownloadUrlForLayer in the "
        "repository's policy.",
    ),
    _state(
        "function.invalid-image",
        "InvalidImage",
        "Lambda cannot run the image of the {function}.",
        "Build it for the function's architecture and for Lambda's container image requirements.",
    ),
    _state(
        "function.key-denied",
        "KMSKeyAccessDenied",
        "The {function} may not use its KMS key.",
        "Add this statement to the function's role, and allow it in the key's policy: {statement}",
        ("kms:Decrypt",),
        "key",
    ),
    _state(
        "function.key-not-found",
        "KMSKeyNotFound",
        "The KMS key of the {function} does not exist.",
        "Correct KMSKeyArn; a key that waits for its deletion can be kept by `aws kms cancel-key-deletion`.",
    ),
    _state(
        "function.key-unusable",
        "InvalidStateKMSKey DisabledKMSKey",
        "The KMS key of the {function} is disabled or waits for its deletion.",
        "`aws kms enable-key --key-id KEY`, after `aws kms cancel-key-deletion` if it is to be deleted.",
    ),
    _state(
        "function.file-system-unreachable",
        "EFSMountConnectivityError EFSMountTimeout",
        "The {function} cannot reach its file system.",
        "Let TCP 2049 from the function's security group into the mount target's, in the same VPC and zones.",
    ),
    _state(
        "function.file-system-failed",
        "EFSMountFailure EFSIOError",
        "The {function} cannot mount or read its file system.",
        "Check the access point, its owner and permissions, and the role's elasticfilesystem:ClientMount and "
        "ClientWrite.",
    ),
    _state(
        "function.invalid-runtime",
        "InvalidRuntime",
        "The runtime of the {function} is not known or no longer supported.",
        "Set Runtime to one that Lambda supports.",
    ),
    _state(
        "function.invalid-zip",
        "InvalidZipFileException",
        "Lambda cannot unpack the code of the {function}.",
        "The S3 object must be a .zip file with the code in its root: `unzip -t FILE` tells.",
    ),
    _state(
        "function.failed-to-start",
        "FunctionError FunctionError.RuntimeInitError",
        "The code of the {function} failed while it started.",
        f"{_STATE} Code outside the handler, or its import, failed.",
    ),
    _state(
        "function.start-timeout",
        "FunctionError.InitTimeout",
        "The {function} did not start in time.",
        f"{_STATE} Do less outside the handler, or raise MemorySize, which raises CPU too.",
    ),
    _state(
        "function.start-resources",
        "FunctionError.InitResourceExhausted",
        "The {function} ran out of memory or of another resource while it started.",
        "Raise MemorySize or EphemeralStorage.",
    ),
    _state(
        "function.extension-failed",
        "FunctionError.ExtensionInitError FunctionError.TooManyExtensions",
        "An extension of the {function} failed to start, or it has too many.",
        f"{_STATE} Check its layers and the extensions in its image.",
    ),
    _state(
        "function.invalid-entry-point",
        "FunctionError.InvalidEntryPoint FunctionError.InvalidWorkingDirectory",
        "Lambda finds no program to start in the {function}.",
        "Correct Handler, or EntryPoint, Command and WorkingDirectory of ImageConfig; the program must "
        "be built "
        "for the function's architecture.",
    ),
    _state(
        "function.permission-denied",
        "FunctionError.PermissionDenied",
        "Lambda may not read or execute files of the {function}.",
        "Make files readable and programs executable for all users before they are packed.",
    ),
    _state(
        "function.quota",
        "ServiceQuotaExceededException VcpuLimitExceeded CapacityProviderScalingLimitExceeded",
        "A limit of the account or of the capacity provider is reached for the {function}.",
        "Ask for a higher quota in Service Quotas, or raise the capacity provider's scaling limit.",
    ),
    _state(
        "function.no-capacity",
        "InsufficientCapacity EC2RequestLimitExceeded",
        "AWS has no capacity for the {function} at the moment, or throttles EC2 calls for it.",
        "Retry later, or give the capacity provider more instance types and subnets.",
    ),
)
