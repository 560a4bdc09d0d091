"""Carrying out the calls of Lambda plans, and finding their effects after a crash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmoxi.domain.deployments import Deployment, Intent
from gitmoxi.domain.states import State
from gitmoxi.domain.targets import ACTION_TAG, OWNER_TAG
from gitmoxi.errors import (
    AwsRejectedError,
    ContentionError,
    InvariantError,
    OutcomeUnknownError,
    PermanentError,
    RetryableError,
    ThrottledError,
)
from gitmoxi.planning.aws_lambda import LambdaPlan, create_function_request
from gitmoxi.planning.lambda_versions import version_description
from gitmoxi.ports.aws_lambda import LambdaPort
from gitmoxi.strategies.lambda_foreign import (
    ALIAS,
    CODE_FIELDS,
    FOREIGN,
)
from gitmoxi.strategies.lambda_observation import DELETING, LambdaObservation
from gitmoxi.strategies.lambda_steps import (
    CODE_SHA256,
    CREATE,
    CREATE_ALIAS,
    DELETE,
    DELETE_PROVISIONED,
    DELETE_RESERVED,
    DELETE_VERSION,
    LATEST_VERSION,
    PROVISIONED,
    PUBLISH,
    PUT_PROVISIONED,
    PUT_RESERVED,
    RESERVED,
    TAG,
    UNTAG,
    UPDATE_ALIAS,
    UPDATE_CODE,
    UPDATE_CONFIGURATION,
    VERSION,
    weights_in,
)
from gitmoxi.workflow.lambda_effects import (
    answered_standing,
    as_published,
    changed_since,
    has_code,
    has_concurrency,
    is_moved,
    is_precondition,
    is_there,
)
from gitmoxi.workflow.lambda_reader import lambda_target
from gitmoxi.workflow.taken_names import taken_meanwhile

_CONCURRENCY = frozenset({PUT_RESERVED, DELETE_RESERVED, PUT_PROVISIONED, DELETE_PROVISIONED})

_WITHOUT_FUNCTION = frozenset({CREATE, DELETE, DELETE_VERSION})
"""Calls that need no function, or do not mind that it is gone."""


class LambdaHands:
    """Makes the calls; ``owner`` is the installation."""

    def __init__(self, *, functions: LambdaPort, owner: str) -> None:
        self._functions = functions
        self._owner = owner

    async def act(self, deployment: Deployment, intent: Intent, seen: LambdaObservation) -> dict[str, str]:
        """Make the call of ``intent``; ``seen`` is what was read just before.

        A call is not made of what somebody else changed since it was decided: the result names the change
        then (``FOREIGN``). Only traffic is always brought back.

        Raises:
            ContentionError: the function or alias changed since; look again, it may have been our own call.
            PermanentError: there is no function any more that could be changed, or one that was to be made.
        """
        if intent.call not in _WITHOUT_FUNCTION and not is_there(seen):
            raise PermanentError(f"Somebody deleted {deployment.target} in mid-deployment")
        what = changed_since(deployment, intent, seen)
        if what and not (deployment.state is State.ROLLING_BACK and what == ALIAS):
            return {FOREIGN: what}
        try:
            return await self._called(deployment, intent, seen)
        except (OutcomeUnknownError, ThrottledError):
            raise
        except (AwsRejectedError, RetryableError) as error:
            if isinstance(error, AwsRejectedError) and not is_precondition(error):
                raise
            if intent.call == UPDATE_CODE and await self._foreign_code(deployment, intent, seen):
                return {FOREIGN: "CodeSha256"}
            raise ContentionError(f"{error}: it is read again") from error

    async def _foreign_code(self, deployment: Deployment, intent: Intent, seen: LambdaObservation) -> bool:
        """Whether refused code was overtaken by other code, whose hash alone would pass for ours later."""
        if deployment.state is State.ROLLING_BACK or _plan(seen).wanted_code_sha256 is not None:
            return False
        function = await self._functions.function(lambda_target(deployment))
        return function is not None and function.code_sha256 != intent.arguments[CODE_SHA256]

    async def _called(
        self, deployment: Deployment, intent: Intent, seen: LambdaObservation
    ) -> dict[str, str]:
        target, arguments = lambda_target(deployment), intent.arguments
        if intent.call in {CREATE, UPDATE_CODE, UPDATE_CONFIGURATION, TAG, UNTAG}:
            return await self._change_latest(deployment, intent, seen)
        if intent.call in {CREATE_ALIAS, UPDATE_ALIAS}:
            return await self._move_alias(deployment, intent, seen)
        if intent.call in _CONCURRENCY:
            return await self._set_concurrency(deployment, intent, seen)
        match intent.call:
            case call if call == PUBLISH:
                return await self._publish(deployment, intent, seen)
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
        function, alias = seen.function, seen.alias
        match intent.call:
            case call if call == DELETE:
                done = function is None or function.state == DELETING
            case _ if function is None:
                done = False
            case call if call == CREATE:
                done = function.tags.get(ACTION_TAG) == intent.action_id
            case call if call == UPDATE_CODE:
                done = has_code(function, intent, seen)
            case call if call == UPDATE_CONFIGURATION:
                done = seen.plan is not None and not seen.plan.configuration_request
            case call if call == TAG:
                done = seen.plan is not None and not seen.plan.tags_to_set
            case call if call == UNTAG:
                done = seen.plan is not None and not seen.plan.tags_to_remove
            case call if call in {CREATE_ALIAS, UPDATE_ALIAS}:
                done = is_moved(alias, intent)
            case call if call in _CONCURRENCY:
                done = has_concurrency(function, intent, seen)
            case _:
                return await self._find_version(deployment, intent)
        return {} if done else None

    async def _change_latest(
        self, deployment: Deployment, intent: Intent, seen: LambdaObservation
    ) -> dict[str, str]:
        target, plan, revision = lambda_target(deployment), _plan(seen), _revision(seen)
        match intent.call:
            case call if call == CREATE and plan.create_request is None:
                raise taken_meanwhile(target)
            case call if call == CREATE:
                request = create_function_request(plan, owner=self._owner, action_id=intent.action_id)
                await self._functions.create_function(target, request)
            case call if call == UPDATE_CODE:
                request = _wanted(plan.code_request)
                made = await self._functions.update_function_code(target, request | revision)
                return answered_standing(deployment, made, CODE_FIELDS)
            case call if call == UPDATE_CONFIGURATION:
                request = _wanted(plan.configuration_request)
                made = await self._functions.update_function_configuration(target, request | revision)
                return answered_standing(deployment, made, request)
            case call if call == TAG:
                await self._functions.tag_resource(target, plan.tags_to_set)
            case _:
                await self._functions.untag_resource(target, list(plan.tags_to_remove))
        return {}

    async def _move_alias(
        self, deployment: Deployment, intent: Intent, seen: LambdaObservation
    ) -> dict[str, str]:
        target, arguments = lambda_target(deployment), intent.arguments
        name = _alias_name(seen)
        if intent.call == CREATE_ALIAS:
            await self._functions.create_alias(target, name, arguments[VERSION])
        else:
            revision = seen.alias.revision_id if seen.alias is not None else None
            await self._functions.update_alias(
                target, name, arguments[VERSION], revision_id=revision, weights=weights_in(arguments)
            )
        return {}

    async def _set_concurrency(
        self, deployment: Deployment, intent: Intent, seen: LambdaObservation
    ) -> dict[str, str]:
        target, arguments = lambda_target(deployment), intent.arguments
        match intent.call:
            case call if call == PUT_RESERVED:
                await self._functions.put_reserved_concurrency(target, int(arguments[RESERVED]))
            case call if call == DELETE_RESERVED:
                await self._functions.delete_reserved_concurrency(target)
            case call if call == PUT_PROVISIONED:
                executions = int(arguments[PROVISIONED])
                await self._functions.put_provisioned_concurrency(target, _alias_name(seen), executions)
            case _:
                await self._functions.delete_provisioned_concurrency(target, _alias_name(seen))
        return {}

    async def _publish(
        self, deployment: Deployment, intent: Intent, seen: LambdaObservation
    ) -> dict[str, str]:
        own = seen.function.configuration.get("Description") if seen.function is not None else None
        request = {
            **_revision(seen),
            "CodeSha256": intent.arguments[CODE_SHA256],
            "Description": version_description(self._owner, deployment.id, str(own or "")),
        }
        made = await self._functions.publish_version(lambda_target(deployment), request)
        return as_published(made.configuration)

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
        return as_published(newest) if newer and same else None


def _alias_name(seen: LambdaObservation) -> str:
    return seen.alias.name if seen.alias is not None else str(seen.settings["alias"])


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
