"""The rules on the form of documents; what they are checked against is AWS's own model of each request."""

from __future__ import annotations

from typing import Final

from gitmoxi.domain.findings import RuleInfo, Severity
from gitmoxi.validation.aws_model import MODEL

_SOURCE: Final = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/Welcome.html"


def _info(
    name: str, summary: str, advice: str = "", *, severity: Severity = Severity.ERROR, source: str = _SOURCE
) -> RuleInfo:
    return RuleInfo(id=f"shape.{name}", severity=severity, summary=summary, advice=advice, source=source)


MISSING_KEY: Final = _info("missing-key", "An attribute that AWS requires is there.")
UNKNOWN_KEY: Final = _info(
    "unknown-key", "An attribute is one that AWS knows, in this spelling and at this place.", "remove it"
)
WRONG_TYPE: Final = _info("wrong-type", "A value has the JSON type that AWS takes.")
PLACEHOLDER: Final = _info(
    "placeholder",
    "Where AWS takes a number or a boolean, no placeholder of another tool stands.",
    "write {{ name }} there, without quotes, and define name in the input file",
)
ENUM: Final = _info("enum", f"A value is one of those that AWS lists, by the model of {MODEL}.")
NEW_VALUE: Final = _info(
    "new-value",
    "A value of a list that AWS often extends, such as Runtime, is one that our model of AWS has.",
    f"AWS may know it: it is not in the model of {MODEL}",
    severity=Severity.WARNING,
)
LENGTH: Final = _info(
    "length",
    "Texts, lists and maps have a length that AWS takes.",
    "fill it in or shorten it; what is not needed can be left out",
)
RANGE: Final = _info("range", "Numbers lie in the range that AWS takes.")
PATTERN: Final = _info("pattern", "Texts such as names and ARNs have the form that AWS takes.")
BASE64: Final = _info(
    "base64",
    "Binary content is written in base64.",
    "encode the file itself, as `base64 -w0 FILE` does; source text, as in CloudFormation, is not taken",
    source="https://www.rfc-editor.org/rfc/rfc4648#section-4",
)
TIMESTAMP: Final = _info(
    "timestamp",
    "A point in time is written by ISO 8601, or as seconds since 1970.",
    "write it as 2026-01-31T12:00:00Z",
    source="https://www.rfc-editor.org/rfc/rfc3339",
)
TOO_MANY: Final = _info(
    "too-many",
    "A document with very many mistakes is not checked to its end.",
    "mend these first",
    severity=Severity.NOTE,
    source="",
)

SHAPE_RULES: Final = (
    MISSING_KEY,
    UNKNOWN_KEY,
    WRONG_TYPE,
    PLACEHOLDER,
    ENUM,
    NEW_VALUE,
    LENGTH,
    RANGE,
    PATTERN,
    BASE64,
    TIMESTAMP,
    TOO_MANY,
)
