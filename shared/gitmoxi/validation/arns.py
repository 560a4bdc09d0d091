"""What is wrong with an ARN, by its parts.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations

import re
from typing import Final

from gitmoxi.validation.sources import shown

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
