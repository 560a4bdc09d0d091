"""What is wrong with an ARN, by its parts.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations

import re
from typing import Final

from gitmoxi.validation.sources import shown

TARGET_GROUP: Final = re.compile(
    r"arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:targetgroup/[^/]+/[0-9A-Za-z]+"
)
"""The ARN of a target group; AWS's ids are hex digits, and those of local clouds have other letters too."""

TARGET_GROUP_FORM: Final = "arn:aws:elasticloadbalancing:<region>:<account>:targetgroup/<name>/<id>"

_PARTS: Final = 6
_REGION: Final = re.compile(r"([a-z]{2,4}(-[a-z]+)+-\d{1,2})?")
_ACCOUNT: Final = re.compile(r"(\d{12})?")


def arn_fault(text: str) -> str:
    """The wrong part of an ARN, as the end of a message: ``: its account ...``; empty if none stands out."""
    parts = text.split(":", _PARTS - 1)
    if len(parts) < _PARTS or parts[0] != "arn":
        return ""
    region, account = parts[3:5]
    if not _REGION.fullmatch(region):
        return f": its region is {shown(region)}"
    if not _ACCOUNT.fullmatch(account):
        return f": its account {shown(account)} is not 12 digits"
    return ""


def target_group_fault(text: str) -> str:
    """As ``arn_fault``, for what ``TARGET_GROUP`` does not match; never empty."""
    parts = text.split(":", _PARTS - 1)
    if len(parts) < _PARTS or parts[0] != "arn":
        return f": it has not the form {TARGET_GROUP_FORM}"
    _, partition, service, region, account, named = parts
    if not partition.startswith("aws"):
        return f": its partition is {shown(partition)}, not aws"
    if service != "elasticloadbalancing":
        return f": its service is {shown(service)}, not elasticloadbalancing"
    for name, part in (("region", region), ("account", account)):
        if not part:
            return f": it has no {name}"
    fault = arn_fault(text)
    if fault:
        return fault
    if not named.startswith("targetgroup/"):
        return f": it names {shown(named)}, not targetgroup/<name>/<id>"
    return f": after targetgroup/ it has {shown(named.partition('/')[2])}, not <name>/<id>"
