"""Deployments: lists, details, and commands, which their owners decide upon."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query

from gitmoxi.contracts.messages import CommandGiven
from gitmoxi.domain.deployments import Command, CommandKind, Deployment
from gitmoxi.domain.history import told_in
from gitmoxi.domain.records import AuditEntry
from gitmoxi.domain.states import State
from gitmoxi.ports.ledger import PutCommand
from gitmoxi.workflow.events import outbox
from gitmoxi_api.filters import DeploymentQuery, ledger_filter
from gitmoxi_api.parts import ApiParts, Parts
from gitmoxi_api.problems import ProblemError, documented, not_found
from gitmoxi_api.replies import CommandReply, DeploymentDetails, DeploymentsReply
from gitmoxi_api.requests import CommandRequest
from gitmoxi_api.views import command_view, deployment_view, explanation_view, plan_view, step_view

router = APIRouter(prefix="/v1/deployments", tags=["deployments"])

DeploymentId = Annotated[str, Path(pattern=r"^[\w-]{1,64}$", examples=["d-0f9b1c2d3e4f5a6b7c8d"])]


@router.get("", summary="List deployments", responses=documented())
async def list_deployments(query: Annotated[DeploymentQuery, Query()], parts: Parts) -> DeploymentsReply:
    """Newest first. The list may be some seconds behind; a deployment asked for by its id never is."""
    wanted = await ledger_filter(query, parts.ledger)
    if wanted is None:
        return DeploymentsReply(deployments=())
    found = await parts.ledger.search(wanted, query.limit)
    return DeploymentsReply(deployments=tuple(map(deployment_view, found)))


@router.get(
    "/{id}", summary="A deployment, its plan and its steps", responses=documented(HTTPStatus.NOT_FOUND)
)
async def get_deployment(id: DeploymentId, parts: Parts) -> DeploymentDetails:  # noqa: A002 - the path's name
    """What it does and what happened so far; every step says because of what."""
    deployment = await _existing(parts, id)
    plan, steps, commands = await asyncio.gather(
        parts.ledger.plan(id), parts.ledger.steps(id), parts.ledger.commands(id, "")
    )
    return DeploymentDetails(
        deployment=deployment_view(deployment),
        explanations=tuple(map(explanation_view, told_in(steps))),
        plan=None if plan is None else plan_view(plan),
        steps=tuple(map(step_view, steps)),
        commands=tuple(map(command_view, commands)),
    )


@router.post(
    "/{id}/commands",
    status_code=HTTPStatus.ACCEPTED,
    summary="Ask something of a deployment",
    responses=documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
async def give_command(
    id: DeploymentId,  # noqa: A002 - the path's name
    body: CommandRequest,
    parts: Parts,
) -> CommandReply:
    """Appends the command and wakes the deployment's owner, whose decision is a step of the deployment."""
    deployment = await _existing(parts, id)
    if deployment.state.terminal:
        raise ProblemError(
            HTTPStatus.CONFLICT,
            f"Deployment {id} has ended as {deployment.state}, there is nothing to {body.kind}: "
            f"{deployment.because}",
        )
    _check_held(deployment, body.kind)
    now = parts.clock.now()
    command = Command(id=parts.ids.ulid(), deployment_id=deployment.id, kind=body.kind, by=body.by, at=now)
    message = CommandGiven(
        deployment_id=deployment.id,
        version=deployment.version,
        worker=deployment.owner,
        command_id=command.id,
    )
    wake = outbox(message, owner=deployment.owner, ids=parts.ids, at=now)
    await _audit(deployment, command, parts)
    await parts.courier.commit([PutCommand(command=command), wake])
    return command_view(command)


async def _audit(deployment: Deployment, command: Command, parts: ApiParts) -> None:
    """Written first: what nobody can find again must not change anything."""
    entry = AuditEntry(
        id=command.id,
        at=command.at,
        kind=f"{command.kind}.requested",
        summary=f"{command.by} asked to {command.kind} {deployment.id} "
        f"({deployment.target or deployment.origin.prefix}).",
        details={"by": command.by, "deployment": deployment.id},
    )
    await parts.ledger.put_audit(entry)


def _check_held(deployment: Deployment, kind: CommandKind) -> None:
    """Approvals are given by commit, where they are audited; a held deletion is approved or aborted."""
    if kind is CommandKind.APPROVE:
        raise ProblemError(
            HTTPStatus.CONFLICT,
            "Deletions are approved by commit: gmctl commit approve-deletes, or POST "
            f"/v1/commits/{deployment.origin.commit_sha}/approve-deletes.",
        )
    if deployment.state is State.HELD and kind is not CommandKind.ABORT:
        raise ProblemError(
            HTTPStatus.CONFLICT,
            f"Deployment {deployment.id} is held, there is nothing to {kind}: {deployment.because}",
        )


async def _existing(parts: ApiParts, deployment_id: str) -> Deployment:
    found = await parts.ledger.deployment(deployment_id)
    if found is None:
        raise not_found(f"There is no deployment {deployment_id}; GET /v1/deployments lists the newest.")
    return found
