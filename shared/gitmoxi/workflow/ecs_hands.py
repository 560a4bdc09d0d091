"""Carrying out the calls of ECS plans, and finding their effects after a crash."""

from __future__ import annotations

from gitmoxi.domain.deployments import Deployment, Intent
from gitmoxi.domain.targets import ACTION_TAG, OWNER_TAG
from gitmoxi.errors import InvariantError, PermanentError
from gitmoxi.planning.desired import DesiredEcs
from gitmoxi.planning.ecs import EcsPlan
from gitmoxi.planning.ecs_fallback import fallback_request, runs_on_fallback
from gitmoxi.planning.ecs_requests import (
    create_service_request,
    register_request,
    update_service_request,
)
from gitmoxi.ports.ecs import EcsPort, EcsService
from gitmoxi.strategies.ecs_deleting import DELETE
from gitmoxi.strategies.ecs_fallback import FALL_BACK
from gitmoxi.strategies.ecs_observation import EcsObservation
from gitmoxi.strategies.ecs_primary import made_at
from gitmoxi.strategies.ecs_progress import (
    ECS_DEPLOYMENT,
    PREVIOUS_SERVICE_DEPLOYMENT,
    SERVICE_DEPLOYMENT,
    STARTS_DEPLOYMENT,
)
from gitmoxi.strategies.ecs_rollback import STOP, stop_shows
from gitmoxi.strategies.ecs_rolling import (
    CREATE,
    PREVIOUS,
    REGISTER,
    TAG,
    TASK_DEFINITION,
    UNTAG,
    UPDATE,
)
from gitmoxi.strategies.ecs_undoing import SCALE_TO_ZERO
from gitmoxi.workflow.ecs_reader import ecs_target
from gitmoxi.workflow.taken_names import taken_meanwhile

_SCANNED = 10
"""Newest revisions of a family that are searched for our mark after a crash."""


class EcsHands:
    """Makes the calls; ``owner`` is the installation."""

    def __init__(self, *, ecs: EcsPort, owner: str) -> None:
        self._ecs = ecs
        self._owner = owner

    async def act(self, deployment: Deployment, intent: Intent, seen: EcsObservation) -> dict[str, str]:
        """Make the call of ``intent``; ``seen`` is what was read just before."""
        target = ecs_target(deployment)
        match intent.call:
            case "ecs:RegisterTaskDefinition":
                return await self._register(deployment, intent, seen)
            case "ecs:CreateService":
                return await self._create(deployment, intent, seen)
            case "ecs:UpdateService":
                return await self._update(deployment, intent, seen)
            case "ecs:UpdateService(fallbackCapacityProviderStrategy)":
                request = fallback_request(_desired(seen))
                return _started(await self._ecs.update_service(target, request), intent)
            case _:
                await self._act_without_answer(deployment, intent, seen)
        return {}

    async def _act_without_answer(self, deployment: Deployment, intent: Intent, seen: EcsObservation) -> None:
        """Make a call of whose answer no later step needs anything."""
        target = ecs_target(deployment)
        match intent.call:
            case "ecs:TagResource":
                await self._ecs.tag_resource(target, target.service_arn, _plan(seen).tags_to_set)
            case "ecs:UntagResource":
                await self._ecs.untag_resource(target, target.service_arn, _plan(seen).tags_to_remove)
            case "ecs:DeleteService" if not seen.owned:
                raise PermanentError(f"{target} does not carry our tag {OWNER_TAG}, so it is not deleted")
            case "ecs:DeleteService":
                await self._ecs.delete_service(target)
            case "ecs:UpdateService(desiredCount=0)":
                where = {"cluster": target.cluster, "service": target.service_name}
                await self._ecs.update_service(target, {**where, "desiredCount": 0})
            case "ecs:StopServiceDeployment":
                rollout = intent.arguments[SERVICE_DEPLOYMENT]
                await self._ecs.stop_service_deployment(target, rollout, rollback=True)
            case call:
                raise InvariantError(f"{deployment.id} asks for {call}, which nobody can make")

    async def find_effect(
        self, deployment: Deployment, intent: Intent, seen: EcsObservation
    ) -> dict[str, str] | None:
        """The result of ``intent`` if its effect shows in AWS already."""
        service = seen.service
        match intent.call:
            case _ if intent.call == REGISTER:
                return await self._find_registered(deployment, intent, seen)
            case _ if intent.call == CREATE:
                made = service is not None and service.tags.get(ACTION_TAG) == intent.action_id
                return _started(service, intent) if made else None
            case _ if intent.call == UPDATE:
                return _find_update(deployment, intent, seen)
            case _ if intent.call == TAG:
                return None if _plan(seen).tags_to_set else {}
            case _ if intent.call == UNTAG:
                return None if _plan(seen).tags_to_remove else {}
            case _ if intent.call == DELETE:
                return {} if service is None or service.status != "ACTIVE" else None
            case _ if intent.call == FALL_BACK:
                fell = service is not None and runs_on_fallback(_desired(seen), service.document)
                return _started_anew(service, intent) if fell else None
            case _ if intent.call == SCALE_TO_ZERO:
                return {} if service is None or not service.document.get("desiredCount") else None
            case _ if intent.call == STOP:
                return {} if stop_shows(seen, intent.arguments[SERVICE_DEPLOYMENT]) else None
            case call:
                raise InvariantError(f"{deployment.id} asks for {call}, which leaves no known mark")

    async def _register(self, deployment: Deployment, intent: Intent, seen: EcsObservation) -> dict[str, str]:
        if seen.desired is None:
            raise InvariantError(f"{deployment.id} registers without a wanted state")
        request = register_request(seen.desired, owner=self._owner, action_id=intent.action_id)
        arn = await self._ecs.register_task_definition(ecs_target(deployment), request)
        return {TASK_DEFINITION: arn}

    async def _find_registered(
        self, deployment: Deployment, intent: Intent, seen: EcsObservation
    ) -> dict[str, str] | None:
        if seen.desired is None or seen.desired.task_definition is None:
            raise InvariantError(f"{deployment.id} registers without a task definition")
        target, family = ecs_target(deployment), str(seen.desired.task_definition["family"])
        for arn in await self._ecs.task_definition_arns(target, family, _SCANNED):
            found = await self._ecs.task_definition(target, arn)
            if found is not None and found.tags.get(ACTION_TAG) == intent.action_id:
                return {TASK_DEFINITION: arn}
        return None

    async def _create(self, deployment: Deployment, intent: Intent, seen: EcsObservation) -> dict[str, str]:
        plan = _plan(seen)
        if plan.create_request is None:
            raise taken_meanwhile(plan.target)
        request = create_service_request(
            plan,
            task_definition_arn=intent.arguments[TASK_DEFINITION],
            client_token=intent.action_id,
            owner=self._owner,
            action_id=intent.action_id,
        )
        return _started(await self._ecs.create_service(ecs_target(deployment), request), intent)

    async def _update(self, deployment: Deployment, intent: Intent, seen: EcsObservation) -> dict[str, str]:
        plan, target = _plan(seen), ecs_target(deployment)
        arn = intent.arguments[TASK_DEFINITION]
        if plan.update_request is not None:
            request = update_service_request(plan, task_definition_arn=_unless_live(arn, plan, seen))
        else:
            # Only the way back gets here: the fields are as wanted, the tasks are not.
            named = {"cluster": target.cluster, "service": target.service_name}
            request = {**named, "taskDefinition": arn}
        return _started(await self._ecs.update_service(target, request), intent)


def _unless_live(arn: str, plan: EcsPlan, seen: EcsObservation) -> str | None:
    """The ARN to name; the live one stays by itself, and an INACTIVE one could not be named any more."""
    live = seen.service.task_definition_arn if seen.service is not None else ""
    return None if arn == live and not plan.register and plan.task_definition is None else arn


def _find_update(deployment: Deployment, intent: Intent, seen: EcsObservation) -> dict[str, str] | None:
    service = seen.service
    if service is None or service.primary is None:
        return None
    before = deployment.progress.values.get(PREVIOUS_SERVICE_DEPLOYMENT)
    newest = seen.following
    if newest is not None and newest.arn != before and newest.status.startswith("ROLLBACK"):
        # ECS took the update and takes it back already: its primary may be the one from before again.
        return {STARTS_DEPLOYMENT: "yes", SERVICE_DEPLOYMENT: newest.arn}
    started = service.primary["id"] != intent.arguments.get(PREVIOUS)
    wanted = service.task_definition_arn == intent.arguments[TASK_DEFINITION]
    fields_as_wanted = seen.plan is not None and not seen.plan.update_request
    return _started(service, intent) if wanted and (started or fields_as_wanted) else None


def _started(service: EcsService | None, intent: Intent) -> dict[str, str]:
    """Which of the service's deployments our call made, and whether it made one at all."""
    primary = service.primary if service is not None else None
    if primary is None:
        return {}
    starts = primary["id"] != intent.arguments.get(PREVIOUS)
    made = made_at(primary)
    return {ECS_DEPLOYMENT: str(primary["id"]), **made, STARTS_DEPLOYMENT: "yes" if starts else "no"}


def _started_anew(service: EcsService | None, intent: Intent) -> dict[str, str] | None:
    """The deployment that our call made; None while the one before it is the primary."""
    found = _started(service, intent)
    return found if found.get(STARTS_DEPLOYMENT) == "yes" else None


def _desired(seen: EcsObservation) -> DesiredEcs:
    if seen.desired is None:
        raise InvariantError("an ECS deployment was observed without what it wants")
    return seen.desired


def _plan(seen: EcsObservation) -> EcsPlan:
    if seen.plan is None:
        raise seen.refused or PermanentError("the plan cannot be made any more")
    return seen.plan
