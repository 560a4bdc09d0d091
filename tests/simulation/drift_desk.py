"""The planner's looks for drift over a simulation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gitmoxi.adapters.aws.autoscaling import AwsAutoscaling
from gitmoxi.adapters.aws.ecs import AwsEcs
from gitmoxi.adapters.aws.lambda_functions import AwsLambda
from gitmoxi.adapters.aws.rate_limits import RateLimits
from gitmoxi.adapters.memory.alarms import MemoryAlarms
from gitmoxi.contracts.messages import TargetDrifted, TargetSettled
from gitmoxi.domain.drift import Drift
from gitmoxi.domain.records import Repository
from gitmoxi.workflow.courier import Courier
from gitmoxi.workflow.ecs_evidence import EcsEvidence
from gitmoxi.workflow.ecs_reader import EcsReader
from gitmoxi.workflow.lambda_reader import LambdaReader
from gitmoxi_planner.drift_looks import DriftLooker
from gitmoxi_planner.drifting import DriftRounds, Looked
from tests.simulation.world import OWNER, World

PERIOD = timedelta(minutes=15)


class DriftDesk:
    """One planner process that looks; ``limits`` is its part of AWS's request limits."""

    def __init__(
        self, world: World, *, limits: RateLimits | None = None, collect_seconds: float = 0, **options: Any
    ) -> None:
        self.world = world
        self.limits = limits or RateLimits(world.clock)
        ecs = AwsEcs(world.aws, self.limits, collect_seconds=collect_seconds)
        functions = AwsLambda(world.aws, self.limits)
        looker = DriftLooker(
            ecs=EcsReader(
                ecs=ecs,
                bodies=world.bodies,
                evidence=EcsEvidence(ecs=ecs, logs=world.logs, health=world.target_health),
                alarms=MemoryAlarms(),
                autoscaling=AwsAutoscaling(world.aws, self.limits, collect_seconds=collect_seconds),
                owner=OWNER,
            ),
            functions=LambdaReader(functions=functions, bodies=world.bodies, owner=OWNER),
        )
        self.told: list[Drift] = []
        self._rounds = DriftRounds(
            **{
                "ledger": world.ledger,
                "looker": looker,
                "courier": Courier(ledger=world.ledger, publisher=world),
                "clock": world.clock,
                "ids": world.ids,
                "period": PERIOD,
            }
            | options
        )

    async def sweep(self) -> Looked | None:
        """What the schedule asks for once a minute."""
        return await self._rounds.sweep(self.told.append)

    async def look(self) -> Drift:
        """A period later: what is stored of the only target then."""
        await register(self.world)
        await self.world.pass_time(PERIOD.total_seconds())
        await self.sweep()
        [drift] = await self.world.ledger.drifts()
        return drift

    def facts(self) -> list[TargetDrifted | TargetSettled]:
        """What the bus was told about drift."""
        kinds = {kind.DETAIL_TYPE: kind for kind in (TargetDrifted, TargetSettled)}
        return [
            kinds[event.detail_type].model_validate_json(event.detail)
            for event in self.world.facts
            if event.detail_type in kinds
        ]


async def register(world: World) -> None:
    """The repository that a simulation's commits come from, once."""
    if await world.ledger.repository("r-1") is not None:
        return
    await world.ledger.put_repository(
        Repository(
            id="r-1", url="https://git.example/web", branches=("main",), registered_at=world.clock.now()
        )
    )
