"""Registering, listing and forgetting repositories: the only state that the API itself writes."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from gitmoxi.domain.records import Repository
from gitmoxi.domain.repositories import repository_id
from gitmoxi_api.forgetting import adopt_targets_of, orphan_targets_of
from gitmoxi_api.parts import ApiParts, Parts
from gitmoxi_api.problems import ProblemError, documented, not_found
from gitmoxi_api.replies import RepositoriesReply, RepositoryReply
from gitmoxi_api.requests import RegistrationRequest
from gitmoxi_api.views import repository_view

router = APIRouter(prefix="/v1/repositories", tags=["repositories"])

RepositoryId = Annotated[str, Path(pattern=r"^r-[0-9a-f]{16}$", examples=["r-4f1c0de9a7b35d28"])]


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    summary="Register a repository",
    responses={
        200: {"model": RepositoryReply, "description": "It was registered like this before"},
        **documented(HTTPStatus.CONFLICT),
    },
)
async def register(
    body: RegistrationRequest, parts: Parts, request: Request, response: Response
) -> RepositoryReply:
    """From now on, pushes to its branches are deployed. The same registration again changes nothing."""
    wanted = _repository(body, parts)
    known = await parts.ledger.repository(wanted.id)
    if known is None:
        await parts.ledger.put_repository(wanted)
        known = wanted
    elif _settings(known) != _settings(wanted):
        raise ProblemError(
            HTTPStatus.CONFLICT,
            f"{known.url} is registered with other settings (branches: {', '.join(known.branches)}): delete "
            "the registration first, which deletes nothing in AWS, and register it again.",
        )
    else:
        response.status_code = HTTPStatus.OK
    await adopt_targets_of(known, parts)
    response.headers["Location"] = str(request.app.url_path_for("get_repository", id=known.id))
    return repository_view(known, await parts.reachability.health(known.id))


@router.get("", summary="List the registered repositories", responses=documented())
async def list_repositories(parts: Parts) -> RepositoriesReply:
    """All of them, by URL."""
    found, healths = await asyncio.gather(parts.ledger.repositories(), parts.reachability.healths())
    by_id = {health.repository_id: health for health in healths}
    return RepositoriesReply(
        repositories=tuple(repository_view(repository, by_id.get(repository.id)) for repository in found)
    )


@router.get("/{id}", summary="One repository", responses=documented(HTTPStatus.NOT_FOUND))
async def get_repository(id: RepositoryId, parts: Parts) -> RepositoryReply:  # noqa: A002 - the path's name
    """The registration with this id."""
    repository = await _existing(parts, id)
    return repository_view(repository, await parts.reachability.health(repository.id))


@router.delete(
    "/{id}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Forget a repository",
    responses=documented(HTTPStatus.NOT_FOUND),
)
async def forget_repository(id: RepositoryId, parts: Parts) -> None:  # noqa: A002 - the path's name
    """Later pushes are refused. Nothing is deleted in AWS; what it deployed is listed among the orphans."""
    repository = await _existing(parts, id)
    await orphan_targets_of(repository, parts)
    await parts.ledger.delete_repository(repository.id)
    await parts.reachability.forget(repository.id)


def _repository(body: RegistrationRequest, parts: ApiParts) -> Repository:
    if body.url.startswith("file:") and not parts.allow_file:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"{body.url}: folders of a machine are repositories in local mode only (gmctl up); use https://",
        )
    return Repository(
        id=repository_id(body.url),
        url=body.url,
        branches=tuple(dict.fromkeys(body.branches)),
        registered_at=parts.clock.now(),
        token_arn=body.token_arn,
        path_globs=tuple(dict.fromkeys(body.path_globs)),
        max_deletes=body.max_deletes,
    )


def _settings(repository: Repository) -> tuple[object, ...]:
    """What a person chose, in no order."""
    return (
        frozenset(repository.branches),
        repository.token_arn,
        frozenset(repository.path_globs),
        repository.max_deletes,
    )


async def _existing(parts: ApiParts, repository: str) -> Repository:
    found = await parts.ledger.repository(repository)
    if found is None:
        raise not_found(
            f"No repository {repository} is registered; GET /v1/repositories lists those that are."
        )
    return found
