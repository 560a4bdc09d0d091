"""Hundreds of services and functions that run as committed, under AWS's published request limits."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

from gitmoxi.adapters.aws.rate_limits import RateLimits
from gitmoxi.domain.records import Claim, LastGood, Ownership, TargetRecord
from gitmoxi.domain.targets import OWNER_TAG, EcsTarget, LambdaTarget
from gitmoxi.planning.desired import Desired, DesiredEcs, DesiredLambda, to_bytes
from gitmoxi.ports.ledger import PutOwnership, PutTarget
from tests.benchmark.simulated_time import LoopClock
from tests.simulation.cloud import HERE
from tests.simulation.drift_desk import DriftDesk, register
from tests.simulation.ecs_scenarios import SERVICE, TASK
from tests.simulation.lambda_scenarios import FUNCTION
from tests.simulation.world import OWNER, World

ANSWER_SECONDS = 0.02
OURS = {"key": OWNER_TAG, "value": OWNER}


class DriftFleet(World):
    """``services`` in clusters of fifty and ``functions``; ``planners`` processes look at them."""

    def __init__(self, *, services: int, functions: int, planners: int) -> None:
        super().__init__(clock=LoopClock(asyncio.get_running_loop()))
        self._services, self._functions = services, functions
        self.desks = [
            DriftDesk(self, limits=RateLimits(self.clock, share=1 / planners), collect_seconds=0.005)
            for _ in range(planners)
        ]

    async def set_up(self) -> None:
        """All of them live, and are known to the ledger; from now on AWS counts calls."""
        await register(self)
        for cluster in range(-(-self._services // 50)):
            self.ecs_call("CreateCluster", clusterName=f"c-{cluster}")
        for number in range(self._services):
            await self._record(self._a_service(number))
        for number in range(self._functions):
            await self._record(self._a_function(number))
        self.aws.pause = lambda: asyncio.sleep(ANSWER_SECONDS)
        self.limits.enabled = self.functions.limits.enabled = True

    async def minutes(self, count: int) -> Counter[str]:
        """Let the schedule reach every planner ``count`` times; the calls that were made, by operation."""
        self.aws.journal.clear()
        for _ in range(count):
            await asyncio.gather(*(desk.sweep() for desk in self.desks))
            await asyncio.sleep(60 - self.clock.monotonic() % 60)
        return Counter(call.operation for call in self.aws.journal)

    def _a_service(self, number: int) -> DesiredEcs:
        name, cluster = f"web-{number}", f"c-{number // 50}"
        document = {**SERVICE, "serviceName": name, "cluster": cluster}
        task_definition = {**TASK, "family": name}
        self.ecs_call("RegisterTaskDefinition", **task_definition)
        self.ecs_call("CreateService", **document, taskDefinition=f"{name}:1", tags=[OURS])
        target = EcsTarget(account=HERE.account, region=HERE.region, cluster=cluster, service_name=name)
        return DesiredEcs(target=target, service=document, task_definition=task_definition, settings={})

    def _a_function(self, number: int) -> DesiredLambda:
        name = f"greet-{number}"
        document = {**FUNCTION, "FunctionName": name, "Code": {"S3Bucket": "code", "S3Key": "greet-1.zip"}}
        tags = {**FUNCTION["Tags"], OWNER_TAG: OWNER}
        self.functions.call("CreateFunction", {**document, "Tags": tags, "Publish": True})
        alias = {"FunctionName": name, "Name": "live", "FunctionVersion": "1"}
        self.functions.call("CreateAlias", alias)
        target = LambdaTarget(account=HERE.account, region=HERE.region, function_name=name)
        return DesiredLambda(target=target, function=document, settings={"alias": "live"})

    async def _record(self, desired: Desired) -> None:
        prefix = f"prod/{desired.target.name}"
        claim = Claim(
            repository_id="r-1", repository_url="https://git.example/web", branch="main", prefix=prefix
        )
        good = LastGood(
            deployment_id="d-1",
            commit_sha="1" * 40,
            desired=await self.bodies.put(to_bytes(desired)),
            at=self.clock.now(),
        )
        record = TargetRecord(target=desired.target, revision=1, claim=claim, last_good=good)
        owner = Ownership(repository_id="r-1", branch="main", prefix=prefix, target=desired.target)
        await self.ledger.transact(
            [PutTarget(record=replace(record), expected_revision=0), PutOwnership(ownership=owner)]
        )
