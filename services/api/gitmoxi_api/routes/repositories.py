"""Registering, changing, listing and forgetting repositories: the only state that the API itself writes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response

from gitmoxi.domain.records import Repository
from gitmoxi.errors import ContentionError
from gitmoxi_api.forgetting import adopt_targets_of, orphan_targets_of, orphan_targets_on
from gitmoxi_api.parts import ApiParts, Parts
from gitmoxi_api.problems import ProblemError, documented
from gitmoxi_api.registration_replies import RepositoriesReply, RepositoryDetailsReply
from gitmoxi_api.registration_requests import RegistrationChange, RegistrationRequest
from gitmoxi_api.registrations import (
    alike,
    audit,
    changed,
    described,
    details_view,
    differences,
    existing,
    repository_view,
    wanted,
)
from gitmoxi_api.requests import Person

router = APIRouter(prefix="/v1/repositories", tags=["repositories"])

RepositoryId = Annotated[str, Path(pattern=r"^r-[0-9a-f]{16}$", examples=["r-4f1c0de9a7b35d28"])]
IfMatch = Annotated[
    str | None,
    Header(
        pattern=r'^(\*|"\d{1,9}")$',
        description="the ETag that was read: the change is made only if nobody changed it since",
        examples=['"3"'],
    ),
]


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    summary="Register a repository",
    responses={
        200: {"model": RepositoryDetailsReply, "description": "It was registered like this before"},
        **documented(HTTPStatus.CONFLICT),
    },
)
async def register(
    body: RegistrationRequest, parts: Parts, request: Request, response: Response
) -> RepositoryDetailsReply:
    """From now on, pushes to its branches are deployed. The same registration again changes nothing."""
    asked = wanted(body, parts)
    known = await parts.ledger.repository(asked.id) or await _new(asked, body.by, parts)
    if not alike(known, asked):
        raise ProblemError(
            HTTPStatus.CONFLICT,
            f"{known.url} is registered with other settings (branches: {', '.join(known.branches)}): change "
            "them with gmctl repo update, or PATCH.",
        )
    if known is not asked:
        response.status_code = HTTPStatus.OK
    await adopt_targets_of(known, parts)
    response.headers["Location"] = str(request.app.url_path_for("get_repository", id=known.id))
    return await _tagged(known, parts, response)


@router.get("", summary="List the registered repositories", responses=documented())
async def list_repositories(parts: Parts) -> RepositoriesReply:
    """All of them, by URL."""
    found = await parts.ledger.repositories()
    return RepositoriesReply(repositories=tuple(map(repository_view, found)))


@router.get("/{id}", summary="One repository", responses=documented(HTTPStatus.NOT_FOUND))
async def get_repository(id: RepositoryId, parts: Parts, response: Response) -> RepositoryDetailsReply:  # noqa: A002 - the path's name
    """The registration with this id, and how far its branches are processed."""
    return await _tagged(await existing(parts, id), parts, response)


@router.patch(
    "/{id}",
    summary="Change a registration",
    responses=documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED),
)
async def update_repository(
    id: RepositoryId,  # noqa: A002 - the path's name
    body: RegistrationChange,
    parts: Parts,
    response: Response,
    if_match: IfMatch = None,
) -> RepositoryDetailsReply:
    """What is absent stays, null goes back to the default (RFC 7396); lists are given as a whole.

    The targets of a branch that is taken out run on, as orphans; they are none any more once it is back.
    """
    known = await existing(parts, id)
    if if_match not in {None, "*", _etag(known)}:
        raise ProblemError(
            HTTPStatus.PRECONDITION_FAILED,
            f"{known.url} was changed since you read it: nothing is changed now. Read it again first.",
        )
    after = changed(known, body.settings)
    if after != known:
        await audit(parts, "updated", body.by, f"change {known.url}: {differences(known, after)}", known)
        await orphan_targets_on(known, [b for b in known.branches if b not in after.branches], parts)
        after = await _put(after, known.revision, parts)
    await adopt_targets_of(after, parts)
    return await _tagged(after, parts, response)


@router.delete(
    "/{id}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Forget a repository",
    responses=documented(HTTPStatus.NOT_FOUND),
)
async def forget_repository(
    id: RepositoryId,  # noqa: A002 - the path's name
    parts: Parts,
    by: Annotated[Person | None, Query()] = None,
) -> None:
    """Later pushes are refused. Nothing is deleted in AWS; what it deployed is listed among the orphans."""
    repository = await existing(parts, id)
    await audit(parts, "forgotten", by, f"forget {repository.url} ({described(repository)})", repository)
    await orphan_targets_of(repository, parts)
    await parts.ledger.delete_repository(repository.id)


async def _new(asked: Repository, by: str | None, parts: ApiParts) -> Repository:
    """What is registered now: ``asked``, unless somebody else registered it at the same moment."""
    await audit(parts, "registered", by, f"register {asked.url} ({described(asked)})", asked)
    try:
        await parts.ledger.put_repository(asked)
    except ContentionError:
        return await existing(parts, asked.id)
    return asked


async def _put(repository: Repository, expected_revision: int, parts: ApiParts) -> Repository:
    """Write it, unless somebody else wrote first: then what is registered now owns its targets again."""
    try:
        await parts.ledger.put_repository(repository, expected_revision=expected_revision)
    except ContentionError:
        now = await parts.ledger.repository(repository.id)
        if now is not None:
            await adopt_targets_of(now, parts)
        raise ProblemError(
            HTTPStatus.CONFLICT,
            f"Somebody else changed {repository.url} at the same moment, and your change is not made: look "
            "at it (gmctl repo get -r), then ask again.",
        ) from None
    return repository


async def _tagged(repository: Repository, parts: ApiParts, response: Response) -> RepositoryDetailsReply:
    response.headers["ETag"] = _etag(repository)
    return await details_view(repository, parts)


def _etag(repository: Repository) -> str:
    return f'"{repository.revision}"'
