"""Dry runs: asked for over the bus, like pushes, and waited for here."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from gitmoxi.adapters.codec import decode
from gitmoxi.domain.dryruns import DryRun, DryRunReport
from gitmoxi_api.dry_run_replies import DryRunReply, dry_run_view
from gitmoxi_api.parts import ApiParts, Parts
from gitmoxi_api.problems import documented, not_found
from gitmoxi_api.requests import DryRunRequest

router = APIRouter(prefix="/v1/dryruns", tags=["dry runs"])

LONGEST_WAIT_SECONDS = 20
_LOOK_SECONDS = 0.25
"""Dry runs take seconds: looking more often would only cost reads."""

DryRunId = Annotated[str, Path(pattern=r"^[\w-]{1,64}$", examples=["01K9Z5B8QH7Z6V3S2N1M0K4J5G"])]
Wait = Annotated[
    float, Query(ge=0, le=LONGEST_WAIT_SECONDS, description="seconds to wait for the end before answering")
]
Rendered = Annotated[bool, Query(description="with the files as they are after rendering")]


@router.post(
    "",
    status_code=HTTPStatus.ACCEPTED,
    summary="Ask what deploying a branch would do",
    responses=documented(),
)
async def ask(body: DryRunRequest, parts: Parts, request: Request, response: Response) -> DryRunReply:
    """Nothing is deployed. What comes of it, a refusal too, is at `/v1/dryruns/{id}`."""
    dry_run = await parts.dry_runs.ask(
        repository=body.repository,
        branch=body.branch,
        head=body.head,
        force=body.force,
        pull_request=body.pull_request,
    )
    response.headers["Location"] = str(request.app.url_path_for("get_dry_run", id=dry_run.id))
    return dry_run_view(dry_run, None, rendered=False)


@router.get("/{id}", summary="What deploying would do", responses=documented(HTTPStatus.NOT_FOUND))
async def get_dry_run(
    id: DryRunId,  # noqa: A002 - the path's name
    parts: Parts,
    wait: Wait = 0,
    rendered: Rendered = False,  # noqa: FBT002 - FastAPI's way to declare a flag
) -> DryRunReply:
    """The report once its state is PLANNED; `because` says why there is none once it is FAILED."""
    dry_run = await _awaited(parts, id, wait)
    return dry_run_view(dry_run, await _report(parts, dry_run), rendered=rendered)


async def _awaited(parts: ApiParts, dry_run_id: str, wait_seconds: float) -> DryRun:
    """The dry run at its end, or as it is when the time is over."""
    over_at = parts.clock.monotonic() + wait_seconds
    while True:
        dry_run = await _existing(parts, dry_run_id)
        left = over_at - parts.clock.monotonic()
        if dry_run.state.terminal or left <= 0:
            return dry_run
        await parts.clock.sleep(min(_LOOK_SECONDS, left))


async def _existing(parts: ApiParts, dry_run_id: str) -> DryRun:
    found = await parts.ledger.dry_run(dry_run_id)
    if found is None or found.expires_at <= parts.clock.now():
        raise not_found(f"There is no dry run {dry_run_id}, or it is forgotten by now: ask for a new one.")
    return found


async def _report(parts: ApiParts, dry_run: DryRun) -> DryRunReport | None:
    if dry_run.report is None:
        return None
    content = await parts.bodies.get(dry_run.report)
    return decode(DryRunReport, content, key=f"body {dry_run.report.sha256}")
