"""The addresses of AWS's pages that the rules stand on."""

from __future__ import annotations

_API = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_{}.html"
_GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/{}.html"


def api(shape: str) -> str:
    """The page of an operation or data type of the ECS API."""
    return _API.format(shape)


def guide(page: str) -> str:
    """A page of the ECS developer guide."""
    return _GUIDE.format(page)
