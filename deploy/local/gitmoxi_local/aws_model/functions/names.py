"""Reads the ways in which Lambda lets a caller name a function, and writes ARNs."""

from __future__ import annotations

from dataclasses import dataclass

_ARN_PARTS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionName:
    """A function by its bare name, with what was named with it: version or alias, and region; or empty."""

    name: str
    qualifier: str = ""
    region: str = ""


def parse(identifier: str, qualifier: str = "") -> FunctionName:
    """Read a name, a partial ARN or an ARN; a ``qualifier`` given apart counts if the name has none.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html, "FunctionName"
    """
    _, marker, tail = identifier.rpartition("function:")
    name, _, named = (tail if marker else identifier).partition(":")
    parts = identifier.split(":")
    region = parts[3] if identifier.startswith("arn:") and len(parts) >= _ARN_PARTS else ""
    return FunctionName(name=name, qualifier=named or qualifier, region=region)


def qualified(arn: str, qualifier: str) -> str:
    """A function's ARN with a qualifier, if there is one."""
    return f"{arn}:{qualifier}" if qualifier else arn
