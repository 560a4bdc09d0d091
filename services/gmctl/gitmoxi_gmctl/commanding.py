"""Asking something of the deployment that is under way, named by itself or by its target."""

from __future__ import annotations

from http import HTTPStatus

from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.states import State
from gitmoxi_gmctl.api_client import ApiClient
from gitmoxi_gmctl.exits import GmctlError, RefusedError
from gitmoxi_gmctl.naming import the_target
from gitmoxi_gmctl.printing import target_name
from gitmoxi_gmctl.replies import Deployment

_DEPLOYMENT_MARK = "d-"
"""What the ids of deployments begin with; a target may be called so too."""


def give_command(api: ApiClient, name: str, kind: str, by: str) -> str:
    """Ask it, unless there is nothing to ask it of, which is no error; what to tell the person.

    Raises:
        GmctlError: there is no such deployment or target, or what runs cannot be asked that.
    """
    deployment = under_way(api, name, kind)
    if isinstance(deployment, str):
        return deployment
    if (needless := _needless(deployment, kind)) is not None:
        return needless
    try:
        api.command(deployment.id, kind=kind, by=by)
    except RefusedError as error:
        ended = api.deployment(deployment.id).deployment if error.status == HTTPStatus.CONFLICT else None
        if ended is None or (needless := _needless(ended, kind)) is None:
            raise
        return needless
    return f"{kind} is asked for; what comes of it shows: gmctl deployment watch {deployment.id}"


def is_deployment_id(name: str) -> bool:
    """Whether a name looks like a deployment's id; a target that is called so has longer names too."""
    return name.startswith(_DEPLOYMENT_MARK)


def under_way(api: ApiClient, name: str, kind: str) -> Deployment | str:
    """The deployment that is called so, or is under way at the target that is; or that there is none.

    Raises:
        GmctlError: there is no such deployment or target.
    """
    if is_deployment_id(name):
        try:
            return api.deployment(name).deployment
        except RefusedError as error:
            if error.status != HTTPStatus.NOT_FOUND or not api.targets(name).targets:
                raise
    target = the_target(api, name, command=f"gmctl deployment {kind}").target
    line = api.revisions(target.id, limit=1)
    at_work = line.active or line.waiting
    if at_work is None:
        return f"Nothing is under way at {target_name(target)}: there is nothing to {kind}."
    return api.deployment(at_work.deployment_id).deployment


def _needless(deployment: Deployment, kind: str) -> str | None:
    """Why there is nothing to ask; None if there is.

    Raises:
        GmctlError: it runs, but cannot be asked that.
    """
    named, state = f"Deployment {deployment.id} of {deployment.prefix}", deployment.state
    if state.terminal:
        return f"{named} has ended as {state}: there is nothing to {kind}."
    if state is State.ROLLING_BACK:
        if kind == "abort" and deployment.verb != Verb.ROLLBACK:
            return f"{named} is being undone already: gmctl deployment watch {deployment.id}"
        raise GmctlError(
            f"{named} is on its way back, and is not stopped half-way: gmctl deployment watch {deployment.id}"
        )
    return None  # a pause may still be under way to what runs, so whether resuming means anything it must say
