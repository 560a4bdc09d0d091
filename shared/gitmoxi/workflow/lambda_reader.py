"""Reading a Lambda target as the strategies look at it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gitmoxi.domain.deployments import Deployment, ObjectChange, Verb
from gitmoxi.domain.records import LastGood, TargetRecord
from gitmoxi.domain.states import State
from gitmoxi.domain.targets import OWNER_TAG, LambdaTarget
from gitmoxi.errors import InvariantError, PermanentError
from gitmoxi.planning.aws_lambda import LambdaPlan, deleting_versions, plan_lambda
from gitmoxi.planning.desired import DesiredLambda
from gitmoxi.planning.errors import FunctionDeletingError
from gitmoxi.planning.settings import lambda_settings
from gitmoxi.ports.aws_lambda import LambdaAlias, LambdaFunction, LambdaPort
from gitmoxi.ports.bodies import BodyStore
from gitmoxi.strategies.lambda_observation import DELETING, LATEST, LambdaObservation, has_failed, is_ready
from gitmoxi.strategies.lambda_steps import CODE_SHA256, VERSION
from gitmoxi.workflow.lambda_snapshots import LambdaSnapshot, is_version_of, with_concurrency_before
from gitmoxi.workflow.lambda_surroundings import Surroundings
from gitmoxi.workflow.masking import masked_error
from gitmoxi.workflow.wanted import WantedReader
from gitmoxi.workflow.way_back import WayBack


def lambda_target(deployment: Deployment) -> LambdaTarget:
    """The deployment's target, which is a Lambda function."""
    if not isinstance(deployment.target, LambdaTarget):
        raise InvariantError(f"{deployment.id} is no Lambda deployment")
    return deployment.target


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What a look compares the live function with; ``good_code`` is the hash that was last good.

    ``code_in_s3`` is the hash of the wanted .zip, as far as S3 tells it.
    """

    desired: DesiredLambda
    previous: DesiredLambda | None
    good_code: str | None = None
    code_in_s3: str | None = None
    force: bool = False

    @property
    def sensitive_values(self) -> tuple[str, ...]:
        earlier = self.previous.sensitive_values if self.previous is not None else ()
        return (*self.desired.sensitive_values, *earlier)


class LambdaReader:
    """Reads live functions together with what is wanted of them; ``owner`` is the installation."""

    def __init__(self, *, functions: LambdaPort, bodies: BodyStore, owner: str) -> None:
        self._functions = functions
        self._bodies = bodies
        self._wanted = WantedReader(bodies)
        self._owner = owner
        self._surroundings = Surroundings(functions=functions, owner=owner)

    async def forward(self, deployment: Deployment, record: TargetRecord) -> LambdaObservation:
        """What the deployer looks at: the committed documents against the live function."""
        function = await self._functions.function(lambda_target(deployment))
        if deployment.verb is Verb.DELETE or deployment.desired is None:
            return LambdaObservation(function=function, owned=self._owns(function))
        desired = await self._wanted.function(deployment.desired)
        if function is not None and function.state == DELETING:
            return _blocked(deployment, function, desired)
        good = await self._wanted.function(record.last_good.desired) if record.last_good else None
        sha256 = record.last_good.values.get(CODE_SHA256) if record.last_good else None
        force = deployment.change is ObjectChange.FORCED
        in_s3 = await self._code_in_s3(desired, good) if function is not None else None
        wish = _Wish(desired=desired, previous=good, good_code=sha256, code_in_s3=in_s3, force=force)
        return await self._seen(deployment, function, wish)

    async def at_rest(self, target: LambdaTarget, good: LastGood) -> LambdaObservation:
        """What drift shows in: the last good documents against a function that nobody deploys.

        Of the code the recorded hash decides: what lies in S3 by now is no property of the function.
        """
        function = await self._functions.function(target)
        desired = await self._wanted.function(good.desired)
        wish = _Wish(desired=desired, previous=desired, good_code=good.values.get(CODE_SHA256))
        if function is None or function.state == DELETING:
            return self._compared(self._unlooked(None, wish), None, wish)
        settings = lambda_settings(desired.settings)
        alias = await self._functions.alias(target, settings.alias)
        served = await self._functions.function(target, alias.version) if alias is not None else None
        provisioned = await self._surroundings.provisioned({}, target, alias, settings)
        seen = replace(self._unlooked(function, wish), alias=alias, provisioned=provisioned)
        return self._compared(seen, served, wish)

    async def backward(self, deployment: Deployment, way: WayBack) -> LambdaObservation:
        """What a rollback looks at: the revision to bring back against the live function.

        What was put over it is the earlier one now, so that what that added is taken out.
        """
        function = await self._functions.function(lambda_target(deployment))
        over = await self._wanted.function(way.over) if way.over else None
        before = await self._before(deployment)
        good = await self._wanted.function(way.documents) if way.documents else None
        if good is None and before is not None and over is not None:
            good = before.wanted(lambda_target(deployment), over)
        if good is None or (function is not None and function.state == DELETING):
            return await self._unplanned(deployment, function, over, before)
        good = with_concurrency_before(good, deployment.progress.values)
        known = before if way.documents is None else None
        sha256 = way.values.get(CODE_SHA256)
        if known is not None and not known.code and function is not None:
            sha256 = function.code_sha256  # nobody knows where the earlier .zip came from: this one stays
        seen = await self._seen(deployment, function, _Wish(desired=good, previous=over, good_code=sha256))
        version = known.alias_version if known is not None else way.values.get(VERSION)
        wanted = good if deployment.is_requested_rollback else None
        return replace(
            seen,
            good_version=await self._good_version(deployment, version, wanted, way.values.get(CODE_SHA256)),
            good_weights=before.weights(version) if before is not None and wanted is None else {},
            good_code_sha256=way.values.get(CODE_SHA256) or None,
            code_stays=known is not None and not known.code,
        )

    async def snapshot(self, deployment: Deployment) -> bytes:
        """The live function and the alias that serves, as ``LambdaSnapshot`` keeps them."""
        function = await self._functions.function(lambda_target(deployment))
        if function is None or deployment.desired is None:
            return LambdaSnapshot.of(function, None).to_bytes()
        desired = await self._wanted.function(deployment.desired)
        return LambdaSnapshot.of(function, await self._alias(deployment, desired)).to_bytes()

    async def _before(self, deployment: Deployment) -> LambdaSnapshot | None:
        """The function as it was when the deployment started; None when there was no look at it."""
        if deployment.before is None:
            return None
        return LambdaSnapshot.from_bytes(await self._bodies.get(deployment.before))

    async def _good_version(
        self, deployment: Deployment, version: str | None, wanted: DesiredLambda | None, sha256: str | None
    ) -> LambdaFunction | None:
        """The version to go back to as it lives; None when it is gone, or its number is another's now.

        A function that was deleted and made again counts its versions from 1 anew.
        """
        if version is None or version == LATEST:
            return None
        found = await self._functions.function(lambda_target(deployment), version)
        if found is None or (sha256 and found.code_sha256 != sha256):
            return None
        return found if wanted is None or is_version_of(wanted, found) else None

    async def _unplanned(
        self,
        deployment: Deployment,
        function: LambdaFunction | None,
        over: DesiredLambda | None,
        before: LambdaSnapshot | None,
    ) -> LambdaObservation:
        there = function is not None and function.state != DELETING
        alias = await self._alias(deployment, over) if over is not None and there else None
        return LambdaObservation(
            function=function,
            alias=alias,
            settings=over.settings if over is not None else {},
            owned=self._owns(function),
            created=before.function is None if before is not None else deployment.verb is Verb.CREATE,
            sensitive_values=over.sensitive_values if over is not None else (),
        )

    def _owns(self, function: LambdaFunction | None) -> bool:
        return function is not None and function.tags.get(OWNER_TAG) == self._owner

    async def _code_in_s3(self, desired: DesiredLambda, good: DesiredLambda | None) -> str | None:
        """What S3 knows of the wanted .zip: a function that lives already may run exactly that.

        Not asked where the documents tell: other code is wanted, or the same version of the object.
        """
        code = desired.function.get("Code") or {}
        if not (code.get("S3Bucket") and code.get("S3Key")):
            return None
        same = good is not None and good.function.get("Code") == code
        if good is not None and (not same or code.get("S3ObjectVersion")):
            return None
        return await self._functions.object_sha256(
            desired.target,
            bucket=str(code["S3Bucket"]),
            key=str(code["S3Key"]),
            version=code.get("S3ObjectVersion"),
        )

    async def _alias(self, deployment: Deployment, desired: DesiredLambda) -> LambdaAlias | None:
        name = lambda_settings(desired.settings).alias
        return await self._functions.alias(lambda_target(deployment), name)

    async def _seen(
        self, deployment: Deployment, function: LambdaFunction | None, wish: _Wish
    ) -> LambdaObservation:
        seen = self._unlooked(function, wish)
        if function is None:
            return self._compared(seen, None, wish)
        if _only_waits(deployment, function):
            return seen
        target = wish.desired.target
        if deployment.progress.phase == "activate":
            published = await self._functions.function(target, deployment.progress.values[VERSION])
            seen = replace(seen, published=published)
        alias = await self._alias(deployment, wish.desired)
        served = await self._functions.function(target, alias.version) if alias is not None else None
        settings = lambda_settings(wish.desired.settings)
        provisioned = await self._surroundings.provisioned(
            deployment.progress.values, target, alias, settings
        )
        seen = self._compared(replace(seen, alias=alias, provisioned=provisioned), served, wish)
        if _begins_with_a_change(deployment, seen.plan):
            return seen
        versions = await self._functions.versions(target)
        seen = replace(seen, latest_version=str(versions[-1]["Version"]) if versions else "0")
        if seen.plan is None or deployment.state is State.ROLLING_BACK:
            return seen
        gone = await self._surroundings.superfluous(deployment, target, settings, seen.plan, versions)
        return replace(seen, superfluous=gone, plan=deleting_versions(seen.plan, gone))

    def _unlooked(self, function: LambdaFunction | None, wish: _Wish) -> LambdaObservation:
        return LambdaObservation(
            function=function,
            settings=wish.desired.settings,
            desired=wish.desired,
            owned=self._owns(function),
            sensitive_values=wish.sensitive_values,
        )

    def _compared(
        self, seen: LambdaObservation, served: LambdaFunction | None, wish: _Wish
    ) -> LambdaObservation:
        plan: LambdaPlan | None = None
        refused: PermanentError | None = None
        try:
            plan = plan_lambda(
                wish.desired,
                seen.function,
                seen.alias,
                served,
                owner=self._owner,
                previous=wish.previous,
                last_good_code_sha256=wish.good_code,
                wanted_code_sha256=wish.code_in_s3,
                provisioned=seen.provisioned,
                force=wish.force,
            )
        except PermanentError as error:
            refused = masked_error(error, wish.sensitive_values)
        return replace(seen, plan=plan, refused=refused)


def _blocked(deployment: Deployment, function: LambdaFunction, desired: DesiredLambda) -> LambdaObservation:
    """A function that is being deleted: what cannot be planned yet, a running deployment waits for.

    Raises:
        FunctionDeletingError: the deployment is only being planned.
    """
    if deployment.state not in {State.RUNNING, State.PAUSED}:
        raise FunctionDeletingError(f"{deployment.target} is still being deleted and blocks its name")
    values = desired.sensitive_values
    return LambdaObservation(function=function, settings=desired.settings, sensitive_values=values)


def _only_waits(deployment: Deployment, function: LambdaFunction) -> bool:
    """Whether Lambda still settles a recorded change: then nothing else is looked at."""
    settling = deployment.progress.phase == "settle" and not deployment.unrecorded
    return settling and not is_ready(function) and not has_failed(function)


def _begins_with_a_change(deployment: Deployment, plan: LambdaPlan | None) -> bool:
    """Whether $LATEST is changed before anything is published: until then the versions decide nothing."""
    starts = deployment.state is State.RUNNING and deployment.progress.phase == "start"
    return starts and plan is not None and (plan.code_changed or bool(plan.configuration_request))
