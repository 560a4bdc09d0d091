"""Secrets, parameters and environment files that a task cannot read."""

from __future__ import annotations

from typing import Final

from gitmoxi.explaining.entry import Entry
from gitmoxi.explaining.pages import INITIALIZATION

_TO_ROLE = "Add this statement to the task definition's execution role: {statement}"
_DENIED = ("accessdenied", "not authorized to perform", "access denied")
_LOST = ("i/o timeout", "context deadline exceeded", "connection issue", "send request failed", "dial tcp")

SECRET_ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(
        id="secret.key-denied",
        cause="The execution role may not decrypt the {secret} with its KMS key.",
        advice=f"{_TO_ROLE} The key's own policy must allow the role too.",
        source=INITIALIZATION,
        says=(("kms:decrypt",), ("access to kms is not allowed",)),
        allow=("kms:Decrypt",),
        on="key",
    ),
    Entry(
        id="secret.parameter-denied",
        cause="The execution role may not read the {secret} from Parameter Store.",
        advice=_TO_ROLE,
        source=INITIALIZATION,
        says=(("ssm:getparameter",), *(("from ssm", denied) for denied in _DENIED)),
        allow=("ssm:GetParameters",),
        on="secret",
    ),
    Entry(
        id="secret.denied",
        cause="The execution role may not read the {secret}.",
        advice=_TO_ROLE,
        source=INITIALIZATION,
        says=(
            ("secretsmanager:getsecretvalue",),
            *((place, denied) for place in ("from asm", "secrets manager") for denied in _DENIED),
        ),
        allow=("secretsmanager:GetSecretValue",),
        on="secret",
    ),
    Entry(
        id="secret.json-key-missing",
        cause="The secret does not hold {json_key}, which the task definition asks for.",
        advice=(
            "Add the key to the secret's JSON, or correct the valueFrom of the container's secret: "
            "SECRET-ARN:JSON-KEY:VERSION-STAGE:VERSION-ID."
        ),
        source=INITIALIZATION,
        says=(("did not contain json key",),),
    ),
    Entry(
        id="secret.not-json",
        cause="The task definition asks for a JSON key of a secret that is not JSON.",
        advice="Store the secret as a JSON object, or leave the JSON key out of the container's valueFrom.",
        source=INITIALIZATION,
        says=(("secret", "looking for beginning of value"), ("secret", "invalid character")),
    ),
    Entry(
        id="secret.version-missing",
        cause="The {secret} has no version as the task definition asks for.",
        advice="Correct the version stage or version id at the end of the container's valueFrom.",
        source=INITIALIZATION,
        says=(
            ("can't find the specified secret value",),
            ("getsecretvalueinput.versionid",),
            ("getsecretvalueinput.versionstage",),
        ),
    ),
    Entry(
        id="secret.not-found",
        cause="The {secret} does not exist in this region.",
        advice=(
            "Create it, or correct the container's valueFrom; a parameter of another region, or a secret of "
            "another account, needs its full ARN."
        ),
        source=INITIALIZATION,
        says=(
            ("can't find the specified secret",),
            ("invalid ssm parameters",),
            ("invalid parameters:",),
            ("parameternotfound",),
            ("secret", "resourcenotfoundexception"),
            ("check whether the secret exists",),
        ),
    ),
    Entry(
        id="secret.no-route",
        cause="The task has no way through the network to the {secret}.",
        advice=(
            "In a public subnet set assignPublicIp to ENABLED; in a private one add a NAT gateway, or VPC "
            "endpoints for secretsmanager and ssm. The security group must let TCP 443 out, and the VPC must "
            "resolve DNS names."
        ),
        source=INITIALIZATION,
        says=(
            *((place, lost) for place in ("secret", "ssm", "parameter store") for lost in _LOST),
            ("parameter store", "check your network connection"),
        ),
    ),
    Entry(
        id="secret.environment-file",
        cause="An environment file of the container cannot be read from Amazon S3.",
        advice=(
            "Check that the object exists and that the execution role has s3:GetObject on it and "
            "s3:GetBucketLocation on its bucket."
        ),
        source=INITIALIZATION,
        says=(("failed to download env files",),),
    ),
    Entry(
        id="secret.unreadable",
        cause="A secret, a parameter or the registry's login cannot be read.",
        advice=(
            "Check the execution role's permissions, and the way from the subnet to Secrets Manager, "
            "Parameter "
            "Store and ECR."
        ),
        source=INITIALIZATION,
        says=(("unable to pull secrets or registry auth",), ("unable to retrieve secret",)),
    ),
)
