"""The checks that the API makes: each looks at one thing, and what it meets is a finding too."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from gitmoxi.domain.bodies import ref_of
from gitmoxi.domain.checkups import Finding, Outcome, judge_clock
from gitmoxi.domain.records import Repository
from gitmoxi.domain.secret_refs import parse_secret_ref
from gitmoxi.domain.states import Worker
from gitmoxi.errors import GitmoxiError, NotFoundError, RetryableError
from gitmoxi.ports.aws_account import AwsAccount
from gitmoxi.ports.bodies import BodyStore
from gitmoxi.ports.clock import Clock
from gitmoxi.ports.dead_letters import DeadLetters
from gitmoxi.ports.secrets import Secrets
from gitmoxi.ports.service_logs import LogLine, ServiceLogs
from gitmoxi_api.doctor.findings import (
    LOOK_BACK,
    Heartbeat,
    judge_dead_letters,
    judge_worker,
)

PATIENCE_SECONDS = 8.0
"""For one check; all run at the same time, and a client waits 30 s."""

_SETTLED = "message.settled"
_NOTHING = ref_of(b"a body that nobody stored")


class Check(Protocol):
    """One thing to look at; what ``run`` raises is told as a failure of ``name``."""

    @property
    def name(self) -> str: ...

    async def run(self) -> Finding: ...


async def examine(checks: Iterable[Check]) -> list[Finding]:
    """What all of them find, in their order."""
    return list(await asyncio.gather(*map(_examined, checks)))


async def _examined(check: Check) -> Finding:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await _asked_again(check)
    except TimeoutError:
        because = f"It did not answer within {PATIENCE_SECONDS:.0f} s."
        return _failed(check, because, "Try again; if it stays so, look at AWS's health and our network.")
    except GitmoxiError as error:
        return _failed(
            check, f"{str(error).rstrip('.')}.", "See that it exists and that our role may use it."
        )


async def _asked_again(check: Check) -> Finding:
    """One call that was lost or throttled says nothing about what it was sent to; a second one does."""
    try:
        return await check.run()
    except RetryableError:
        return await check.run()


def _failed(check: Check, because: str, advice: str) -> Finding:
    return Finding(check=check.name, outcome=Outcome.FAIL, because=because, advice=advice)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCheck:
    """Something answers when it is asked: a table, for one."""

    name: str
    ask: Callable[[], Awaitable[object]]

    async def run(self) -> Finding:
        await self.ask()
        return Finding(check=self.name, outcome=Outcome.OK, because="It answers.")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputsCheck:
    """The stack's outputs are complete, and still those that the API started with."""

    current: Callable[[], Awaitable[dict[str, str]]]
    started_with: dict[str, str]
    name: str = "stack outputs"

    async def run(self) -> Finding:
        now = await self.current()
        names = self.started_with.keys() | now.keys()
        changed = sorted(name for name in names if now.get(name) != self.started_with.get(name))
        if changed:
            return Finding(
                check=self.name,
                outcome=Outcome.WARN,
                because=f"{', '.join(changed)} changed since the API was started.",
                advice="Restart the services: they read the outputs when they start.",
            )
        because = f"All {len(now)} that this version needs are there."
        return Finding(check=self.name, outcome=Outcome.OK, because=because)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerCheck:
    """A worker's queue answers, and its log shows that it is at work."""

    worker: Worker
    queues: DeadLetters
    logs: ServiceLogs
    clock: Clock

    @property
    def name(self) -> str:
        return f"worker {self.worker}"

    async def run(self) -> Finding:
        now = self.clock.now()
        depth, page = await asyncio.gather(
            self.queues.work_depth(self.worker),
            self.logs.page(self.worker.value, since=now - LOOK_BACK, until=now),
        )
        return judge_worker(self.worker, depth, newest_beat(page.lines), now)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetterCheck:
    """A worker's dead-letter queue is empty."""

    worker: Worker
    queues: DeadLetters

    @property
    def name(self) -> str:
        return f"dead letters {self.worker}"

    async def run(self) -> Finding:
        return judge_dead_letters(self.worker, await self.queues.depth(self.worker))


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketCheck:
    """The bucket answers. The API's role may not write there: whether workers can is not seen from here."""

    bodies: BodyStore
    name: str = "bucket"

    async def run(self) -> Finding:
        try:
            await self.bodies.get(_NOTHING)
        except NotFoundError:
            because = "It answers; that workers may write there is what gmctl's look at their roles tells."
            return Finding(check=self.name, outcome=Outcome.OK, because=because)
        return Finding(check=self.name, outcome=Outcome.OK, because="It answers.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockCheck:
    """The API's clock agrees with AWS's."""

    account: AwsAccount
    clock: Clock
    name: str = "clock"

    async def run(self) -> Finding:
        told = (await self.account.caller()).server_time
        if told is None:
            return Finding(check=self.name, outcome=Outcome.SKIPPED, because="AWS did not tell its time.")
        return judge_clock(
            self.name,
            self.clock.now() - told,
            whose="The API's clock and AWS's",
            advice="Set the clock of the API's host: let it follow a time server.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenCheck:
    """The token of a repository can be read; nothing of it is kept."""

    repository: Repository
    secrets: Secrets

    @property
    def name(self) -> str:
        return f"token of {self.repository.url}"

    async def run(self) -> Finding:
        if self.repository.token_arn is None:
            because = "It is registered without one."
            return Finding(check=self.name, outcome=Outcome.SKIPPED, because=because)
        await self.secrets.read(parse_secret_ref(self.repository.token_arn), fresh=True)
        return Finding(check=self.name, outcome=Outcome.OK, because="It can be read.")


def newest_beat(lines: Iterable[LogLine]) -> Heartbeat | None:
    """The newest of the lines that a worker writes for each message."""
    beats = [beat for line in lines if (beat := _beat(line)) is not None]
    return max(beats, key=lambda beat: beat.at, default=None)


def _beat(line: LogLine) -> Heartbeat | None:
    try:
        said = json.loads(line.text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or said.get("event") != _SETTLED:
        return None
    queued = said.get("queue_age_ms")
    return Heartbeat(
        at=line.at, queued=timedelta(milliseconds=queued) if isinstance(queued, int | float) else None
    )
