"""The tick: one look of one worker at one deployment, safe against crashes and against company."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Generic

from gitmoxi.contracts.messages import Tick
from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.states import Worker
from gitmoxi.domain.targets import Target
from gitmoxi.errors import ContentionError, CorruptRecordError, RetryableError, ThrottledError
from gitmoxi.ports.clock import Clock
from gitmoxi.ports.ledger import Ledger
from gitmoxi.ports.messaging import Waker
from gitmoxi.ports.remembering import remembering
from gitmoxi.strategies.ecs_events import EcsEvent, worth_a_look
from gitmoxi.workflow.hearing import Hearing
from gitmoxi.workflow.lease_keeper import HeldLease, LeaseKeeper
from gitmoxi.workflow.mover import LeaseTooShortError, Movement, Mover, Observation
from gitmoxi.workflow.pacing import put_off
from gitmoxi.workflow.quarantine import set_aside

BUSY_SECONDS = 2.0
"""How soon to try again when another worker holds the lease, or somebody else wrote first."""

SETTLING_SECONDS = 5.0
"""How soon to look again when an event tells of an end that reads do not show yet."""

RETRY_SECONDS = 3.0
"""How soon to try again after a throttle or an outage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TickReport:
    """What a tick came to, for the canonical log line and the metrics.

    ``outcome``: ``moved``, ``waits``, or why nothing happened: ``unknown``, ``ended``, ``foreign``,
    ``stale``, ``put off``, ``undecided``, ``busy``, ``contended``, ``retry``, ``quarantined``.
    """

    deployment_id: str
    outcome: str
    because: str = ""
    steps: tuple[str, ...] = ()
    deployment: Deployment | None = None


class Ticker(Generic[Observation]):
    """Carries out the ticks of one worker."""

    def __init__(
        self,
        *,
        worker: Worker,
        ledger: Ledger,
        leases: LeaseKeeper,
        waker: Waker,
        clock: Clock,
        mover: Mover[Observation],
    ) -> None:
        self._worker = worker
        self._ledger = ledger
        self._leases = leases
        self._waker = waker
        self._clock = clock
        self._mover = mover
        self._hearing = Hearing(clock)
        self._due: dict[str, float] = {}
        """When the turn comes of a deployment that was throttled, on our monotonic clock."""
        self._looks: dict[str, float] = {}
        """When the look that we last asked for is due, by deployment, on our monotonic clock."""

    async def tick(
        self, deployment_id: str, version: int | None, *, event: EcsEvent | None = None
    ) -> TickReport:
        """Move the deployment as far as it goes now; ``version`` None looks whatever its version is.

        An ``event`` that cannot decide anything only shows that events arrive: looks may be rarer then.

        Throttles, outages and company end in a wake of our own, never in an error: they must not use up
        the receives that a message has.
        """
        try:
            return await self._ticked(deployment_id, version, event)
        except CorruptRecordError as error:
            because = await set_aside(self._ledger, deployment_id, error, self._clock.now())
            return TickReport(deployment_id=deployment_id, outcome="quarantined", because=because)

    async def _ticked(self, deployment_id: str, version: int | None, event: EcsEvent | None) -> TickReport:
        head = await self._ledger.deployment(deployment_id)
        if head is None:
            return TickReport(deployment_id=deployment_id, outcome="unknown")
        if (outcome := self._refusal(head, version)) is not None or head.target is None:
            return TickReport(deployment_id=head.id, outcome=outcome or "unknown", deployment=head)
        if event is not None:
            self._hearing.heard(head.target)
            if not worth_a_look(head, event):
                return TickReport(deployment_id=head.id, outcome="undecided", deployment=head)
        lease = await self._leases.take(head.target)
        if lease is None:
            await self._wake(head, version, BUSY_SECONDS)
            return TickReport(deployment_id=head.id, outcome="busy", deployment=head)
        try:
            with remembering(patient=version is not None and put_off(head)):
                report = await self._guarded(head, self._moved(head, lease, timer=version is not None))
            if event is not None and event.ends and report.outcome == "waits":
                await self._wake(head, None, SETTLING_SECONDS)
            return report
        finally:
            await self._release(head.target, lease)

    def _refusal(self, head: Deployment, version: int | None) -> str | None:
        if head.state.terminal:
            return "ended"
        if head.owner is not self._worker:
            return "foreign"
        if version is not None and version < head.version and not head.unrecorded:
            return "stale"
        if version is not None and self._due.get(head.id, 0.0) > self._clock.monotonic():
            return "put off"
        return None

    def _put_off(self, head: Deployment, delay: float) -> None:
        """Its turn with AWS comes later, and it will be woken then: the sweeper need not try before."""
        now = self._clock.monotonic()
        self._due = {known: due for known, due in self._due.items() if due > now}
        self._due[head.id] = now + delay

    async def _moved(self, head: Deployment, lease: HeldLease, *, timer: bool) -> TickReport:
        told = head.target is not None and self._hearing.recently(head.target)
        movement = await self._mover.move(head.id, lease, timer=timer, told=told)
        self._due.pop(head.id, None)
        await self._rearm(movement)
        return TickReport(
            deployment_id=head.id,
            outcome="moved" if movement.steps else "waits",
            because=movement.because,
            steps=movement.steps,
            deployment=movement.deployment,
        )

    async def _rearm(self, movement: Movement) -> None:
        if movement.wake_after is not None:
            after = movement.deployment
            await self._wake(after, after.version, movement.wake_after)

    async def _guarded(self, head: Deployment, work: Awaitable[TickReport]) -> TickReport:
        try:
            return await work
        except LeaseTooShortError as error:
            outcome, because, delay = "retry", str(error), 0.0
        except ContentionError as error:
            outcome, because, delay = "contended", str(error), BUSY_SECONDS
        except ThrottledError as error:
            outcome, because, delay = "retry", str(error), error.retry_after_seconds or RETRY_SECONDS
            self._put_off(head, delay)
        except RetryableError as error:
            outcome, because, delay = "retry", str(error), RETRY_SECONDS
        # The record may have moved on within this tick: a wake with the version read first would be stale.
        await self._wake(head, None, delay)
        return TickReport(deployment_id=head.id, outcome=outcome, because=because, deployment=head)

    async def _release(self, target: Target, lease: HeldLease) -> None:
        try:
            await self._leases.release(target, lease)
        except RetryableError:
            return  # it runs out by itself

    async def _wake(self, head: Deployment, version: int | None, delay: float) -> None:
        now = self._clock.monotonic()
        if version is None:
            if self._looks.get(head.id, now) > now:
                return  # a look that is due later sees whatever this one would have seen
            self._looks = {known: due for known, due in self._looks.items() if due > now}
            self._looks[head.id] = now + delay
        tick = Tick(deployment_id=head.id, version=version, worker=self._worker)
        await self._waker.wake(tick, delay_seconds=delay)
