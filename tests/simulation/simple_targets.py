"""The simplest services that can be deployed: each runs one image, and what becomes of it the image says.

They stand in for AWS where the line is tried out: planner, movers, leases and commands are the real ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NoReturn

from gitmoxi.domain.bodies import BodyRef
from gitmoxi.domain.deployments import Deployment, Intent, ObjectChange, PlanRecord, Progress, Verb
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.states import State, Worker
from gitmoxi.planning.deletion import describe_deletion
from gitmoxi.planning.desired import Desired, DesiredEcs, from_bytes
from gitmoxi.ports.bodies import BodyStore
from gitmoxi.ports.ledger import Ledger
from gitmoxi.strategies.decision import Action, Decision
from gitmoxi.strategies.failing import changed, fail
from gitmoxi_planner.looking import Look
from gitmoxi_planner.wanting import Wanted

LASTS = {"good": timedelta(seconds=60), "bad": timedelta(seconds=40), "slow": timedelta(seconds=400)}
"""How long a deployment takes to succeed, or to fail, by its image's family."""

PUT, REMOVE = "Put", "Remove"


def image_of(desired: Desired) -> str:
    """The image that a document wants: in a simple service its task definition stands for it."""
    assert isinstance(desired, DesiredEcs)
    return str(desired.service["taskDefinition"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """A call that changed a target: which deployment made it, and what runs there since (None: nothing)."""

    deployment: str
    target: str
    image: str | None


@dataclass
class SimpleTargets:
    """What runs where; ``journal`` keeps the mutations, ``starts`` who took a slot, in order.

    ``image_of`` says which image a wish stands for, by which it is told from others.
    """

    image_of: Callable[[Desired], str] = image_of
    live: dict[str, str] = field(default_factory=dict)
    journal: list[Mutation] = field(default_factory=list)
    starts: list[str] = field(default_factory=list)
    done: set[str] = field(default_factory=set)

    def change(self, deployment: Deployment, target: str, image: str | None, action_id: str) -> None:
        """One mutating call."""
        assert action_id not in self.done, f"{deployment.id} repeats {action_id}"
        self.done.add(action_id)
        self.journal.append(Mutation(deployment=deployment.id, target=target, image=image))
        if image is None:
            self.live.pop(target, None)
        else:
            self.live[target] = image


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleLooker:
    """Looks for the planner, as ``Looker`` does."""

    targets: SimpleTargets

    async def look(
        self,
        deployment: Deployment,
        wanted: Wanted,
        desired: BodyRef,
        record: TargetRecord,
    ) -> Look:
        image, live = self.targets.image_of(wanted.desired), self.targets.live.get(record.target.id)
        verb = Verb.CREATE if live is None else Verb.UPDATE
        if live == image and deployment.change is not ObjectChange.FORCED:
            verb = Verb.NOTHING
        plan = PlanRecord(
            deployment_id=deployment.id,
            verb=verb,
            strategy="simple",
            differences=(),
            steps=(),
            calls=(),
            warnings=(),
        )
        return Look(plan=plan, good={"image": image} if verb is Verb.NOTHING else None)

    async def check_deletable(self, deployment: Deployment, record: TargetRecord) -> None:
        """All of them are ours."""
        describe_deletion(record.target, deployment_id=deployment.id)

    async def refused(self, *_: Any) -> NoReturn:
        raise AssertionError("nothing has to be replaced")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What runs, and what is wanted (None: nothing)."""

    live: str | None
    wanted: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleConductor:
    """Brings an image to its target; for the rollback worker, the last good one."""

    targets: SimpleTargets
    bodies: BodyStore
    ledger: Ledger
    worker: Worker

    @property
    def _back(self) -> bool:
        return self.worker is Worker.ROLLBACK

    async def observe(self, deployment: Deployment, record: TargetRecord) -> Seen:
        assert deployment.target is not None
        good = record.last_good.desired if record.last_good is not None else None
        wanted = good if self._back else deployment.desired
        if deployment.verb is Verb.DELETE and not self._back:
            wanted = None
        return Seen(
            live=self.targets.live.get(deployment.target.id),
            wanted=self.targets.image_of(from_bytes(await self.bodies.get(wanted)))
            if wanted is not None
            else None,
        )

    def decide(self, deployment: Deployment, record: TargetRecord, seen: Seen, now: datetime) -> Decision:
        assert record.active_id == deployment.id, f"{deployment.id} moves a target that is not its own"
        progress = deployment.progress
        if progress.phase == "start":
            return self._start(deployment, seen, now)
        assert progress.since is not None
        family = (seen.wanted or "good").partition(":")[0]
        left = progress.since + LASTS[family] - now
        if left > timedelta(0):
            return _wait(deployment, left)
        if family == "bad" and not self._back:
            return fail(deployment, f"{seen.wanted} does not become healthy.")
        return self._finished(deployment, seen)

    def _start(self, deployment: Deployment, seen: Seen, now: datetime) -> Decision:
        forced = deployment.change is ObjectChange.FORCED and not self._back
        if seen.live == seen.wanted and not forced:
            return self._finished(deployment, seen, unchanged=True)
        begun = changed(Progress(phase="follow", since=now, values=deployment.progress.values))
        return Decision(
            step="change",
            because=f"{seen.live} becomes {seen.wanted}.",
            to=deployment.state,
            progress=begun,
            actions=(Action(call=REMOVE if seen.wanted is None else PUT),),
        )

    def _finished(self, deployment: Deployment, seen: Seen, *, unchanged: bool = False) -> Decision:
        to = State.NO_CHANGE if unchanged and deployment.verb is not Verb.DELETE else State.SUCCEEDED
        if self._back:
            to = deployment.ending or State.ROLLED_BACK
        good = None if self._back or seen.wanted is None else {"image": seen.wanted}
        return Decision(
            step="finish", because="It runs.", to=to, progress=deployment.progress, last_good=good
        )

    async def before(self, deployment: Deployment) -> bytes:
        assert deployment.target is not None
        self.targets.starts.append(deployment.id)
        return json.dumps(self.targets.live.get(deployment.target.id)).encode()

    async def act(self, deployment: Deployment, intent: Intent) -> dict[str, str]:
        assert deployment.target is not None
        seen = await self.observe(deployment, await self.ledger.target(deployment.target))
        self.targets.change(deployment, deployment.target.id, seen.wanted, intent.action_id)
        return {}

    async def find_effect(self, deployment: Deployment, intent: Intent) -> dict[str, str] | None:
        assert deployment.target is not None
        return {} if intent.action_id in self.targets.done else None


def _wait(deployment: Deployment, left: timedelta) -> Decision:
    return Decision(
        step="wait",
        because="It is not healthy yet.",
        to=deployment.state,
        progress=deployment.progress,
        look_again=min(left, timedelta(seconds=30)),
        quiet=True,
    )
