"""Carrying out the calls of Lambda plans, and finding their effects after a crash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmoxi.domain.deployments import Deployment, Intent
from gitmoxi.domain.targets import ACTION_TAG, OWNER_TAG
from gitmoxi.errors import AwsRejectedError, ContentionError, InvariantError, PermanentError
from gitmoxi.planning.aws_lambda import LambdaPlan, create_function_request
from gitmoxi.ports.aws_lambda import LambdaPort
from gitmoxi.strategies.lambda_observation import DELETING, LambdaObservation
from gitmoxi.strategies.lambda_steps import (
    CODE_SHA256,
    CREATE,
    CREATE_ALIAS,
    DELETE,
    DELETE_VERSION,
    LATEST_VERSION,
    PUBLISH,
    TAG,
    UNTAG,
    UPDATE_ALIAS,
    UPDATE_CODE,
    UPDATE_CONFIGURATION,
    VERSION,
)
from gitmoxi.workflow.lambda_reader import lambda_target


class LambdaHands:
    """Makes the calls; ``owner`` is the installation."""

    def __init__(self, *, functions: LambdaPort, owner: str) -> None:
        self._functions = functions
        self._owner = owner

    async def act(self, deployment: Deployment, intent: Intent, seen: LambdaObservation) -> dict[str, str]:
        """Make the call of ``intent``; ``seen`` is what was read just before.

        Raises:
            ContentionError: the function or alias changed since; look again, it may have been our own call.
        """
        try:
            return await self._called(deployment, intent, seen)
        except AwsRejectedError as error:
            if error.code == "PreconditionFailedException":
                raise ContentionError(f"{error}: it is read again") from error
            raise

    async def _called(
        self, deployment: Deployment, intent: Intent, seen: LambdaObservation
    ) -> dict[str, str]:
        target, arguments = lambda_target(deployment), intent.arguments
        if intent.call in {CREATE, UPDATE_CODE, UPDATE_CONFIGURATION, TAG, UNTAG}:
            return await self._change_latest(deployment, intent, seen)
        if intent.call in {CREATE_ALIAS, UPDATE_ALIAS}:
            return await self._move_alias(deployment, intent, seen)
        match intent.call:
            case call if call == PUBLISH:
                request = {**_revision(seen), "CodeSha256": arguments[CODE_SHA256]}
                made = await self._functions.publish_version(target, request)
                return {VERSION: made.version, CODE_SHA256: made.code_sha256}
            case call if call == DELETE_VERSION:
                await self._functions.delete_function(target, arguments[VERSION])
            case call if call == DELETE and not seen.owned:
                raise PermanentError(f"{target} does not carry our tag {OWNER_TAG}, so it is not deleted")
            case call if call == DELETE:
                await self._functions.delete_function(target)
            case call:
                raise InvariantError(f"{deployment.id} asks for {call}, which nobody can make")
        return {}

    async def find_effect(
        self, deployment: Deployment, intent: Intent, seen: LambdaObservation
    ) -> dict[str, str] | None:
        """The result of ``intent`` if its effect shows in AWS already.

        A change of $LATEST shows in what the plan still wants. Code shows in its hash; equal code that is
        sent again does no harm.
        """
        function, alias, arguments = seen.function, seen.alias, intent.arguments
        match intent.call:
            case call if call == DELETE:
                done = function is None or function.state == DELETING
            case _ if function is None:
                done = False
            case call if call == CREATE:
                done = function.tags.get(ACTION_TAG) == intent.action_id
            case call if call == UPDATE_CODE:
                done = function.code_sha256 != arguments[CODE_SHA256]
            case call if call == UPDATE_CONFIGURATION:
                done = seen.plan is not None and not seen.plan.configuration_request
            case call if call == TAG:
                done = seen.plan is not None and not seen.plan.tags_to_set
            case call if call == UNTAG:
                done = seen.plan is not None and not seen.plan.tags_to_remove
            case call if call in {CREATE_ALIAS, UPDATE_ALIAS}:
                done = alias is not None and alias.version == arguments[VERSION] and not alias.weights
            case _:
                return await self._find_version(deployment, intent)
        return {} if done else None

    async def _change_latest(
        self, deployment: Deployment, intent: Intent, seen: LambdaObservation
    ) -> dict[str, str]:
        target, plan, revision = lambda_target(deployment), _plan(seen), _revision(seen)
        match intent.call:
            case call if call == CREATE:
                request = create_function_request(plan, owner=self._owner, action_id=intent.action_id)
                await self._functions.create_function(target, request)
            case call if call == UPDATE_CODE:
                await self._functions.update_function_code(target, _wanted(plan.code_request) | revision)
            case call if call == UPDATE_CONFIGURATION:
                request = _wanted(plan.configuration_request) | revision
                await self._functions.update_function_configuration(target, request)
            case call if call == TAG:
                await self._functions.tag_resource(target, plan.tags_to_set)
            case _:
                await self._functions.untag_resource(target, list(plan.tags_to_remove))
        return {}

    async def _move_alias(
        self, deployment: Deployment, intent: Intent, seen: LambdaObservation
    ) -> dict[str, str]:
        target, arguments = lambda_target(deployment), intent.arguments
        name = seen.alias.name if seen.alias is not None else str(seen.settings["alias"])
        if intent.call == CREATE_ALIAS:
            await self._functions.create_alias(target, name, arguments[VERSION])
        else:
            revision = seen.alias.revision_id if seen.alias is not None else None
            await self._functions.update_alias(target, name, arguments[VERSION], revision_id=revision)
        return {}

    async def _find_version(self, deployment: Deployment, intent: Intent) -> dict[str, str] | None:
        target, arguments = lambda_target(deployment), intent.arguments
        versions = await self._functions.versions(target)
        if intent.call == DELETE_VERSION:
            gone = all(version["Version"] != arguments[VERSION] for version in versions)
            return {} if gone else None
        newest = versions[-1] if versions else None
        if intent.call != PUBLISH or newest is None:
            return None
        newer = int(newest["Version"]) > int(arguments[LATEST_VERSION])
        same = newest["CodeSha256"] == arguments[CODE_SHA256]
        return {VERSION: newest["Version"], CODE_SHA256: newest["CodeSha256"]} if newer and same else None


def _revision(seen: LambdaObservation) -> dict[str, str]:
    """Lambda makes the change only of the revision that was looked at."""
    return {"RevisionId": seen.function.revision_id} if seen.function is not None else {}


def _wanted(request: Mapping[str, Any] | None) -> dict[str, Any]:
    if request is None:
        raise PermanentError("what was to be changed is as wanted already: somebody else changed it")
    return dict(request)


def _plan(seen: LambdaObservation) -> LambdaPlan:
    if seen.plan is None:
        raise seen.refused or PermanentError("the plan cannot be made any more")
    return seen.plan
