"""Which checks there are for this installation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitmoxi.domain.checkups import Finding
from gitmoxi.domain.records import Repository
from gitmoxi.domain.states import Worker
from gitmoxi.domain.targets import LambdaTarget
from gitmoxi.errors import GitmoxiError
from gitmoxi_api.doctor.checks import (
    AnswerCheck,
    BucketCheck,
    Check,
    ClockCheck,
    DeadLetterCheck,
    OutputsCheck,
    TokenCheck,
    WorkerCheck,
    examine,
)
from gitmoxi_api.parts import ApiParts

_MOST_TOKENS = 100
"""Of so many repositories the token is read; each read is a call of AWS's."""

_NOBODY = "r-0000000000000000"
_NOWHERE = LambdaTarget(account="000000000000", region="us-east-1", function_name="nobody")
"""Asked for only to see whether a table answers: there need not be such records."""


async def make_rounds(parts: ApiParts) -> list[Finding]:
    """What all checks find; what cannot be looked at is a finding as well."""
    checks = [*_of_the_control_plane(parts), *_of_tokens(await _repositories(parts), parts)]
    return await examine(checks)


def _of_the_control_plane(parts: ApiParts) -> Iterator[Check]:
    operating = parts.operating
    yield OutputsCheck(current=operating.current_outputs, started_with=operating.outputs)
    yield ClockCheck(account=operating.account, clock=parts.clock)
    yield from _of_tables(parts)
    yield BucketCheck(bodies=parts.bodies)
    for worker in operating.workers:
        yield WorkerCheck(
            worker=worker, queues=operating.dead_letters, logs=operating.logs, clock=parts.clock
        )
    for worker in operating.workers:
        yield DeadLetterCheck(worker=worker, queues=operating.dead_letters)


def _of_tables(parts: ApiParts) -> Iterator[Check]:
    ledger = parts.ledger
    yield AnswerCheck(name="table repositories", ask=lambda: ledger.repository(_NOBODY))
    yield AnswerCheck(name="table commits", ask=lambda: ledger.commit(_NOBODY, "nobody", 1))
    yield AnswerCheck(name="table deployments", ask=lambda: ledger.deployment("d-nobody"))
    yield AnswerCheck(name="table targets", ask=lambda: ledger.target(_NOWHERE))
    yield AnswerCheck(name="table outbox", ask=lambda: ledger.outbox(Worker.PLANNER, 0, 1))
    yield AnswerCheck(name="table audit", ask=lambda: ledger.audit(1))


def _of_tokens(repositories: Sequence[Repository], parts: ApiParts) -> Iterator[Check]:
    with_token = [repository for repository in repositories if repository.token_arn is not None]
    for repository in with_token[:_MOST_TOKENS]:
        yield TokenCheck(repository=repository, secrets=parts.operating.secrets)


async def _repositories(parts: ApiParts) -> list[Repository]:
    """None where they cannot be read, of which the check of their table tells."""
    try:
        return await parts.ledger.repositories()
    except GitmoxiError:
        return []
