"""Reading a Lambda target as the strategies look at it."""

from __future__ import annotations

import json

from gitmoxi.domain.deployments import Deployment, ObjectChange, Verb
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.targets import LambdaTarget
from gitmoxi.errors import InvariantError, PermanentError
from gitmoxi.planning.aws_lambda import plan_lambda
from gitmoxi.planning.desired import DesiredLambda
from gitmoxi.planning.settings import lambda_settings
from gitmoxi.ports.aws_lambda import LambdaAlias, LambdaFunction, LambdaPort
from gitmoxi.ports.bodies import BodyStore
from gitmoxi.strategies.lambda_observation import LambdaObservation
from gitmoxi.strategies.lambda_steps import CODE_SHA256
from gitmoxi.workflow.wanted import WantedReader


def lambda_target(deployment: Deployment) -> LambdaTarget:
    """The deployment's target, which is a Lambda function."""
    if not isinstance(deployment.target, LambdaTarget):
        raise InvariantError(f"{deployment.id} is no Lambda deployment")
    return deployment.target


class LambdaReader:
    """Reads live functions together with what is wanted of them; ``owner`` is the installation."""

    def __init__(self, *, functions: LambdaPort, bodies: BodyStore, owner: str) -> None:
        self._functions = functions
        self._wanted = WantedReader(bodies)
        self._owner = owner

    async def forward(self, deployment: Deployment, record: TargetRecord) -> LambdaObservation:
        """What the deployer looks at: the committed documents against the live function."""
        function = await self._functions.function(lambda_target(deployment))
        if deployment.verb is Verb.DELETE or deployment.desired is None:
            return LambdaObservation(function=function)
        desired = await self._wanted.function(deployment.desired)
        good = await self._wanted.function(record.last_good.desired) if record.last_good else None
        sha256 = record.last_good.values.get(CODE_SHA256) if record.last_good else None
        force = deployment.change is ObjectChange.FORCED
        return await self._seen(deployment, function, desired, good, sha256, force=force)

    async def backward(self, deployment: Deployment, record: TargetRecord) -> LambdaObservation:
        """What a rollback looks at: the last good revision against the live function.

        The failed deployment's documents are the earlier ones now, so that what they added is taken out.
        """
        function = await self._functions.function(lambda_target(deployment))
        failed = await self._wanted.function(deployment.desired) if deployment.desired else None
        if record.last_good is None:
            return await self._unplanned(deployment, function, failed)
        desired = await self._wanted.function(record.last_good.desired)
        return await self._seen(deployment, function, desired, failed, None)

    async def snapshot(self, deployment: Deployment) -> bytes:
        """The live configuration as canonical JSON; ``null`` when there is none."""
        function = await self._functions.function(lambda_target(deployment))
        live = dict(function.configuration) if function is not None else None
        return json.dumps(live, sort_keys=True, default=str).encode()

    async def _unplanned(
        self, deployment: Deployment, function: LambdaFunction | None, failed: DesiredLambda | None
    ) -> LambdaObservation:
        alias = await self._alias(deployment, failed) if failed is not None and function is not None else None
        return LambdaObservation(
            function=function, alias=alias, settings=failed.settings if failed is not None else {}
        )

    async def _alias(self, deployment: Deployment, desired: DesiredLambda) -> LambdaAlias | None:
        name = lambda_settings(desired.settings).alias
        return await self._functions.alias(lambda_target(deployment), name)

    async def _seen(
        self,
        deployment: Deployment,
        function: LambdaFunction | None,
        desired: DesiredLambda,
        previous: DesiredLambda | None,
        good_code: str | None,
        *,
        force: bool = False,
    ) -> LambdaObservation:
        target = lambda_target(deployment)
        alias = await self._alias(deployment, desired) if function is not None else None
        served = await self._functions.function(target, alias.version) if alias is not None else None
        plan, refused = None, None
        try:
            plan = plan_lambda(
                desired,
                function,
                alias,
                served,
                owner=self._owner,
                previous=previous,
                last_good_code_sha256=good_code,
                force=force,
            )
        except PermanentError as error:
            refused = error
        versions = await self._functions.versions(target) if function is not None else []
        return LambdaObservation(
            function=function,
            alias=alias,
            settings=desired.settings,
            desired=desired,
            plan=plan,
            refused=refused,
            latest_version=str(versions[-1]["Version"]) if versions else "0",
        )
