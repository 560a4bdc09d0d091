"""The patterns of AWS's models: written for Java's regular expressions, matched by ours, put in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

_LONGEST: Final = 4096
"""Characters of a text that is matched. No pattern of the models takes more than time by the square of the
length, and this keeps the worst of them well below a second; AWS itself looks at what is longer."""

_UNICODE_CLASSES: Final = {
    r"\p{L}": r"\w",
    r"\p{N}": r"\w",
    r"\p{Z}": r" \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000",
}
r"""Java's Unicode classes, which ``re`` lacks; ``\w`` takes letters and numbers, and the underscore."""

_ACCOUNT: Final = "123456789012"
_REGION: Final = "us-east-1"

FORMS: Final[Mapping[str, str]] = {
    "CapacityProviderArn": f"the ARN of a capacity provider: arn:aws:lambda:{_REGION}:{_ACCOUNT}:"
    "capacity-provider:NAME",
    "CodeSigningConfigArn": "the ARN of a code signing configuration",
    "DestinationArn": "the ARN of a queue, topic or bucket, or kafka://TOPIC",
    "Endpoint": "HOST:PORT",
    "EnvironmentVariableName": "a letter, and at least one more letter, digit or underscore",
    "FileSystemArn": f"the ARN of an access point: arn:aws:elasticfilesystem:{_REGION}:{_ACCOUNT}:"
    "access-point/fsap-...",
    "FunctionName": "letters, digits, - and _",
    "Handler": "no blanks, such as FILE.FUNCTION",
    "KMSKeyArn": f"the ARN of a key: arn:aws:kms:{_REGION}:{_ACCOUNT}:key/ID",
    "LayerVersionArn": f"the ARN of a layer with its version at the end: arn:aws:lambda:{_REGION}:{_ACCOUNT}:"
    "layer:NAME:VERSION",
    "LocalMountPath": "one folder below /mnt/, such as /mnt/files",
    "LogGroup": "letters, digits and . - _ / #",
    "NamespacedFunctionName": "a function's name: letters, digits, - and _",
    "ResourceArn": "an ARN: arn:aws:SERVICE:REGION:ACCOUNT:...",
    "RoleArn": f"the ARN of a role: arn:aws:iam::{_ACCOUNT}:role/NAME",
    "S3Bucket": "the name of a bucket: letters, digits and . - _, without s3:// and without a key",
    "SecurityGroupId": "the id of a security group: sg-...",
    "SubnetId": "the id of a subnet: subnet-...",
    "TagKey": "letters, digits, blanks and _ . : / = + - @",
    "TagValue": "letters, digits, blanks and _ . : / = + - @",
}
"""What a pattern asks for, by the name of its shape, for those that people meet."""


@cache
def compiled(pattern: str) -> re.Pattern[str] | None:
    r"""The pattern for ``re``; None if it cannot be read, which proves nothing wrong about a value.

    Java's ``\d`` and ``\s`` know ASCII only, so ours do too, unless the pattern has Unicode classes.
    """
    translated = pattern
    for unicode_class, replacement in _UNICODE_CLASSES.items():
        translated = translated.replace(unicode_class, replacement)
    try:
        return re.compile(translated, re.ASCII if translated == pattern else re.UNICODE)
    except re.error:
        return None


def has_form(pattern: str, text: str) -> bool:
    """Whether AWS takes the text by its pattern; also if that cannot be told here."""
    form = compiled(pattern) if len(text) <= _LONGEST else None
    return form is None or form.fullmatch(text) is not None
