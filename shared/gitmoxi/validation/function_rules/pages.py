"""The addresses of AWS's pages that the rules on functions and event sources stand on."""

from __future__ import annotations

_API = "https://docs.aws.amazon.com/lambda/latest/api/API_{}.html"
_GUIDE = "https://docs.aws.amazon.com/lambda/latest/dg/{}.html"


def api(shape: str) -> str:
    """The page of an operation or data type of the Lambda API."""
    return _API.format(shape)


def guide(page: str) -> str:
    """A page of the Lambda developer guide."""
    return _GUIDE.format(page)
