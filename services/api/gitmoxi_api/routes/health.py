"""Probes: is the process alive, and can it do its work."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter

from gitmoxi_api.parts import Parts
from gitmoxi_api.problems import documented
from gitmoxi_api.replies import HealthReply

router = APIRouter(tags=["health"])

_NOBODY = "r-0000000000000000"
"""Asked for only to see whether the store answers; there need not be such a repository."""


@router.get("/healthz", summary="Whether the process is alive")
async def healthz() -> HealthReply:
    """Always ok: a restart mends nothing that lies outside of the process."""
    return HealthReply(status="ok")


@router.get(
    "/readyz",
    summary="Whether requests can be served",
    responses=documented(HTTPStatus.SERVICE_UNAVAILABLE),
)
async def readyz(parts: Parts) -> HealthReply:
    """Reads once from the ledger; a problem says that it does not answer."""
    await parts.ledger.repository(_NOBODY)
    return HealthReply(status="ok")
