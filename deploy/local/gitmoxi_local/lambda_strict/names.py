"""Reads the ways in which Lambda lets a caller name a function."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionName:
    """A function by its bare name, with the version or alias that was named with it, or empty."""

    name: str
    qualifier: str = ""


def parse(identifier: str, qualifier: str = "") -> FunctionName:
    """Read a name, a partial ARN or an ARN; a ``qualifier`` given apart counts if the name has none.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html, "FunctionName"
    """
    _, marker, tail = identifier.rpartition("function:")
    name, _, named = (tail if marker else identifier).partition(":")
    return FunctionName(name=name, qualifier=named or qualifier)
