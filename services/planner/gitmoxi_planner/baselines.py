"""The end of a deployment that is a baseline: compared with what lives, claimed, and nothing changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gitmoxi.domain.deployments import Progress, Verb
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.states import State
from gitmoxi.ports.clock import Ids
from gitmoxi.ports.ledger import PutPlan, PutTarget, Write
from gitmoxi_planner.line import Placing, claimed, end, owning, remembering, with_last_good


def baseline(placing: Placing, good: dict[str, str] | None, ids: Ids) -> list[Write]:
    """Claim the target for the prefix and leave it as it is; the plan says what the difference is.

    ``good`` are the live revision's values where it already is as wanted: that is then the last good one,
    which the first real deployment can be rolled back to. Only then the deployment keeps its documents, for
    only then they were ever live. The line is left alone: whoever stands in it goes on.
    """
    equal = good is not None and placing.desired is not None
    head = replace(
        placing.deployment,
        target=placing.target,
        verb=Verb.NOTHING,
        desired=placing.desired if equal else None,
        progress=Progress(values=good or {}),
    )
    because = _because(placing)
    if head.restores is not None:
        because = f"{head.because} {because}"
    ending = end(head, State.BASELINED, because, placing.now, ids)
    return [
        *ending,
        PutTarget(record=_remembering(placing, ending, good), expected_revision=placing.record.revision),
        owning(placing),
        PutPlan(plan=placing.plan),
    ]


def _remembering(placing: Placing, ending: Sequence[Write], good: dict[str, str] | None) -> TargetRecord:
    """The record; the outcome's verb is that of the plan, for it says how the target compared."""
    record = remembering(with_last_good(claimed(placing), placing, good), ending)
    assert record.last is not None
    return replace(record, last=replace(record.last, verb=placing.plan.verb))


def _because(placing: Placing) -> str:
    target, prefix = placing.target, placing.deployment.origin.prefix
    count = len(placing.plan.differences)
    match placing.plan.verb:
        case Verb.NOTHING:
            return f"{target} equals what {prefix} wants."
        case Verb.CREATE:
            return f"{target} does not exist yet; the next commit that changes {prefix} creates it."
        case _:
            return f"{target} differs in {count} place{'' if count == 1 else 's'}; nothing was changed."
