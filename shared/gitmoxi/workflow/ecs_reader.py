"""Reading an ECS target as the strategies look at it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gitmoxi.domain.deployments import Deployment, ObjectChange, Verb
from gitmoxi.domain.records import LastGood, TargetRecord
from gitmoxi.domain.states import State
from gitmoxi.domain.targets import OWNER_TAG, EcsTarget
from gitmoxi.errors import AwsRejectedError, InvariantError, NotFoundError, PermanentError
from gitmoxi.planning.desired import DesiredEcs, task_definition_hash
from gitmoxi.planning.differences import Difference
from gitmoxi.planning.ecs import EcsPlan, plan_ecs
from gitmoxi.planning.ecs_checks import check_reference
from gitmoxi.planning.ecs_scaling import NOT_SCALED, Scaling, counts_differ, left_to_autoscaling
from gitmoxi.planning.ecs_update import unlike_wanted
from gitmoxi.planning.settings import ecs_settings
from gitmoxi.ports.alarms import Alarm, AlarmsPort
from gitmoxi.ports.autoscaling import AutoscalingPort
from gitmoxi.ports.bodies import BodyStore
from gitmoxi.ports.ecs import EcsPort, EcsService, EcsTaskDefinition
from gitmoxi.strategies.ecs_alarms import alarms_to_read
from gitmoxi.strategies.ecs_explaining import stopped_tasks_may_tell
from gitmoxi.strategies.ecs_observation import EcsObservation
from gitmoxi.strategies.ecs_progress import ECS_DEPLOYMENT
from gitmoxi.strategies.ecs_rolling import TASK_DEFINITION
from gitmoxi.workflow.ecs_evidence import EcsEvidence
from gitmoxi.workflow.ecs_snapshots import EcsSnapshot, with_first_count, with_kept_count, with_revision_of
from gitmoxi.workflow.masking import masked_error
from gitmoxi.workflow.service_deployments import ServiceDeployments
from gitmoxi.workflow.wanted import WantedReader
from gitmoxi.workflow.way_back import WayBack


def ecs_target(deployment: Deployment) -> EcsTarget:
    """The deployment's target, which is an ECS service."""
    if not isinstance(deployment.target, EcsTarget):
        raise InvariantError(f"{deployment.id} is no ECS deployment")
    return deployment.target


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What a look compares the live service with; ``known_arn`` runs the wanted task definition already."""

    desired: DesiredEcs
    previous: DesiredEcs | None
    known_arn: str | None
    force: bool = False
    scaling: Scaling = NOT_SCALED

    @property
    def applied(self) -> DesiredEcs:
        """What is wanted of the service, without the count that autoscaling owns."""
        return left_to_autoscaling(self.desired, self.scaling)

    @property
    def sensitive_values(self) -> tuple[str, ...]:
        earlier = self.previous.sensitive_values if self.previous is not None else ()
        return (*self.desired.sensitive_values, *earlier)


class EcsReader:
    """Reads live services together with what is wanted of them; ``owner`` is the installation."""

    def __init__(
        self,
        *,
        ecs: EcsPort,
        bodies: BodyStore,
        evidence: EcsEvidence,
        alarms: AlarmsPort,
        autoscaling: AutoscalingPort,
        owner: str,
    ) -> None:
        self._ecs = ecs
        self._deployments = ServiceDeployments(ecs)
        self._evidence = evidence
        self._alarms = alarms
        self._autoscaling = autoscaling
        self._bodies = bodies
        self._wanted = WantedReader(bodies)
        self._owner = owner

    async def forward(self, deployment: Deployment, record: TargetRecord) -> EcsObservation:
        """What a deployer looks at: the committed documents against the live service."""
        service = await self._service(deployment)
        if deployment.verb is Verb.DELETE or deployment.desired is None:
            return EcsObservation(service=service, owned=self._owns(service))
        desired = await self._wanted.ecs(deployment.desired)
        good = await self._wanted.ecs(record.last_good.desired) if record.last_good else None
        known = None
        if desired.task_definition is not None and deployment.progress.phase != "follow":
            known = record.task_definitions.get(task_definition_hash(desired.task_definition))
        force = deployment.change is ObjectChange.FORCED
        never_good = record.last_good is None and self._owns(service)
        if never_good:
            desired = with_first_count(desired, live=service)
        scaling = NOT_SCALED if never_good else await self._scaling(desired, service)
        wish = _Wish(desired=desired, previous=good, known_arn=known, force=force, scaling=scaling)
        seen = await self._seen(deployment, service, wish)
        return replace(seen, alarms=await self._states_of_alarms(deployment, seen))

    async def at_rest(self, target: EcsTarget, good: LastGood) -> EcsObservation:
        """What drift shows in: the last good documents against a service that nobody deploys."""
        service = await self._ecs.service(target)
        desired = await self._wanted.ecs(good.desired)
        scaling = await self._scaling(desired, service)
        wish = _Wish(desired=desired, previous=desired, known_arn=None, scaling=scaling)
        return await self._compared(self._unlooked(service, wish), wish)

    async def _states_of_alarms(self, deployment: Deployment, seen: EcsObservation) -> tuple[Alarm, ...]:
        """The alarms that the next decision looks at; planning looks at none."""
        if deployment.state is not State.RUNNING:
            return ()
        named = ecs_settings(seen.settings).alarms.alarm_names
        names = alarms_to_read(deployment.progress, seen, named)
        if not names:
            return ()
        target = ecs_target(deployment)
        return await self._alarms.alarms(account=target.account, region=target.region, names=names)

    async def backward(self, deployment: Deployment, way: WayBack) -> EcsObservation:
        """What a rollback looks at: the revision to bring back against the live service."""
        service = await self._service(deployment)
        over = await self._wanted.ecs(way.over) if way.over else None
        before = await self._before(deployment)
        goal = await self._goal(deployment, way, before)
        if goal is None:
            return self._unplanned(deployment, service, over, before)
        good, known = goal
        good = with_kept_count(good, over=over, before=before, live=service)
        scaling = await self._scaling(good, service)
        wish = _Wish(desired=good, previous=over, known_arn=known, scaling=scaling)
        settings = (
            over.settings if over is not None and not deployment.is_requested_rollback else good.settings
        )
        return replace(await self._seen(deployment, service, wish), settings=settings)

    async def _scaling(self, desired: DesiredEcs, service: EcsService | None) -> Scaling:
        """Who owns the count where it does not live as committed; unknown where AWS refuses to tell."""
        if not counts_differ(desired, service):
            return NOT_SCALED
        try:
            return Scaling(owner=await self._autoscaling.scalable_count(desired.target))
        except AwsRejectedError as error:
            return Scaling(unknown=str(error))

    async def _goal(
        self, deployment: Deployment, way: WayBack, before: EcsSnapshot | None
    ) -> tuple[DesiredEcs, str | None] | None:
        """The revision to bring back, with the ARN that ran it; None when there never was one."""
        if way.documents is None:
            found = before.wanted(ecs_target(deployment)) if before is not None else None
            return (found, before.task_definition_arn) if before is not None and found is not None else None
        good = await self._wanted.ecs(way.documents)
        known = way.values.get(TASK_DEFINITION)
        if known is None and good.task_definition is not None:
            known = way.task_definitions.get(task_definition_hash(good.task_definition))
        return (with_revision_of(before, good, known) if before is not None else good), known

    def _unplanned(
        self,
        deployment: Deployment,
        service: EcsService | None,
        over: DesiredEcs | None,
        before: EcsSnapshot | None,
    ) -> EcsObservation:
        return EcsObservation(
            service=service,
            settings=over.settings if over is not None else {},
            owned=self._owns(service),
            created=before is not None or deployment.verb is Verb.CREATE,
            sensitive_values=over.sensitive_values if over is not None else (),
        )

    async def _service(self, deployment: Deployment) -> EcsService | None:
        """The live service; one whose cluster is gone is gone with it, unless it is to be deployed there."""
        target = ecs_target(deployment)
        try:
            return await self._ecs.service(target)
        except AwsRejectedError as error:
            if error.code != "ClusterNotFoundException":
                raise
            if deployment.verb is Verb.DELETE:
                return None
            raise NotFoundError(
                f"The cluster {target.cluster} does not exist in {target.account}, {target.region}. Create "
                "it, then deploy again: gmctl commit deploy -f"
            ) from error

    async def snapshot(self, deployment: Deployment) -> bytes:
        """The live service and the body of its task definition, as ``EcsSnapshot`` keeps them."""
        service = await self._service(deployment)
        running = await self._live_task_definition(ecs_target(deployment), service)
        return EcsSnapshot.of(service, running).to_bytes()

    async def _before(self, deployment: Deployment) -> EcsSnapshot | None:
        """The service as it was when the deployment started; None when there was no look at it."""
        if deployment.before is None:
            return None
        return EcsSnapshot.from_bytes(await self._bodies.get(deployment.before))

    def _owns(self, service: EcsService | None) -> bool:
        return service is not None and service.tags.get(OWNER_TAG) == self._owner

    async def _seen(self, deployment: Deployment, service: EcsService | None, wish: _Wish) -> EcsObservation:
        seen = self._unlooked(service, wish)
        if deployment.progress.phase == "follow":
            following = await self._deployments.followed(deployment, wish.desired.target, service)
            followed = replace(seen, following=following, differences=_differences(wish, service))
            return await self._with_evidence(followed, deployment)
        # A repeat after a crash and a rollback ask how it stands: ECS may be taking it back by itself.
        how = bool(deployment.unrecorded) or deployment.state is State.ROLLING_BACK
        newest = await self._deployments.newest(wish.desired.target, service, status=how)
        return await self._compared(replace(seen, following=newest), wish)

    def _unlooked(self, service: EcsService | None, wish: _Wish) -> EcsObservation:
        return EcsObservation(
            service=service,
            settings=wish.desired.settings,
            desired=wish.applied,
            owned=self._owns(service),
            sensitive_values=wish.sensitive_values,
        )

    async def _compared(self, seen: EcsObservation, wish: _Wish) -> EcsObservation:
        target, service = wish.desired.target, seen.service
        plan: EcsPlan | None = None
        refused: PermanentError | None = None
        try:
            live = await self._live_task_definition(target, service)
            plan = plan_ecs(
                wish.desired,
                service,
                live,
                owner=self._owner,
                previous=wish.previous,
                force=wish.force,
                scaling=wish.scaling,
            )
            if plan.task_definition is not None:
                named = await self._ecs.task_definition(target, plan.task_definition)
                check_reference(target, plan.task_definition, named)
        except PermanentError as error:
            refused = masked_error(error, wish.sensitive_values)
        known = await self._ecs.task_definition(target, wish.known_arn) if wish.known_arn else None
        return replace(
            seen,
            plan=plan,
            refused=refused,
            known_task_definition=known,
        )

    async def _live_task_definition(
        self, target: EcsTarget, service: EcsService | None
    ) -> EcsTaskDefinition | None:
        if service is None or service.status != "ACTIVE" or not service.task_definition_arn:
            return None
        return await self._ecs.task_definition(target, service.task_definition_arn)

    async def _with_evidence(self, seen: EcsObservation, deployment: Deployment) -> EcsObservation:
        """``seen`` with the stopped tasks and the targets of our own deployment, where they may tell."""
        progress, service = deployment.progress, seen.service
        ours = progress.values.get(ECS_DEPLOYMENT)
        if ours is None or service is None or service.status != "ACTIVE":
            return seen
        if not stopped_tasks_may_tell(progress, service, seen.following):
            return seen
        target = ecs_target(deployment)
        stopped = await self._ecs.stopped_tasks(target, ours)
        return replace(
            seen,
            stopped=await self._evidence.with_logs(target, stopped),
            targets=await self._evidence.targets(target, service),
        )


def _differences(wish: _Wish, service: EcsService | None) -> tuple[Difference, ...]:
    if service is None or service.status != "ACTIVE":
        return ()
    return unlike_wanted(wish.applied, service, wish.previous)
