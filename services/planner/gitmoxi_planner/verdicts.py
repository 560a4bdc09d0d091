"""What is to become of a changed object: it ends at once, or has a plan; nothing is written here."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gitmoxi.domain.bodies import BodyRef
from gitmoxi.domain.deployments import PlannedWarning, PlanRecord
from gitmoxi.domain.explanations import Explanation
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.states import State
from gitmoxi.errors import PermanentError
from gitmoxi.planning.deletion import describe_deletion
from gitmoxi.planning.desired import to_bytes
from gitmoxi.planning.errors import ReplacementNeededError
from gitmoxi.ports.bodies import BodyStore
from gitmoxi.ports.ledger import Ledger
from gitmoxi.strategies.explained import why_impossible
from gitmoxi.workflow.masking import masked_error
from gitmoxi_planner.candidates import Candidate
from gitmoxi_planner.claims import refusal
from gitmoxi_planner.looking import Looker


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """There is nothing to carry out; ``plan`` shows what would be needed and cannot be done.

    ``explanations`` are of calls that AWS refused.
    """

    state: State
    because: str
    explanations: tuple[Explanation, ...] = ()
    plan: PlanRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What is to be done to the target of ``record``, as it was read.

    ``desired`` is None for a deletion; ``good`` are the live revision's values where all is as wanted, and
    ``settled`` is False while AWS still brings that about.
    """

    record: TargetRecord
    plan: PlanRecord
    desired: BodyRef | None = None
    good: dict[str, str] | None = None
    settled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A deletion that could be carried out, but waits for a person's approval; ``reason`` says why."""

    record: TargetRecord
    plan: PlanRecord
    reason: str


Verdict = Ended | Planned | Held


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Reads what lives and who claims it; commits and dry runs are judged alike."""

    ledger: Ledger
    bodies: BodyStore
    looker: Looker

    async def verdict(self, candidate: Candidate) -> Verdict:
        """What a settled candidate comes to now.

        Raises:
            RetryableError: AWS or a store is out of reach, or the target cannot be planned yet.
        """
        target = candidate.target
        if candidate.failure is not None:
            return Ended(state=State.FAILED, because=candidate.failure)
        if target is None:
            because = f"{candidate.item.prefix} was never deployed from here, so nothing is deleted."
            return Ended(state=State.NO_CHANGE, because=because)
        if candidate.renamed_to is not None:
            because = f"{candidate.item.prefix} is {candidate.renamed_to} now: {target} is not deleted."
            return Ended(state=State.NO_CHANGE, because=because)
        record = await self.ledger.target(target)
        if (refused := await refusal(candidate, record, self.ledger)) is not None:
            state, because = refused
            return Ended(state=state, because=because)
        try:
            return await self._planned(candidate, record)
        except PermanentError as error:
            explanations = why_impossible(error)
            return Ended(state=State.FAILED, because=str(error), explanations=explanations)

    async def _planned(self, candidate: Candidate, record: TargetRecord) -> Verdict:
        head = candidate.deployment
        if candidate.deletes:
            await self.looker.check_deletable(head, record)
            plan = describe_deletion(record.target, deployment_id=head.id)
            if candidate.held is not None:
                return Held(record=record, plan=plan, reason=candidate.held)
            return Planned(record=record, plan=plan)
        assert candidate.wanted is not None
        wanted = candidate.wanted
        desired = await self.bodies.put(to_bytes(wanted.desired))
        try:
            look = await self.looker.look(head, wanted, desired, record)
        except ReplacementNeededError as error:
            plan = await self.looker.refused(error, head, wanted, record)
            masked = masked_error(error, wanted.desired.sensitive_values)
            return Ended(state=State.FAILED, because=str(masked), plan=plan)
        except PermanentError as error:
            raise masked_error(error, wanted.desired.sensitive_values) from error
        return Planned(record=record, plan=look.plan, desired=desired, good=look.good, settled=look.settled)


def left_behind(candidate: Candidate) -> str | None:
    """What a prefix leaves running that goes to another target now."""
    if candidate.moved_from is None:
        return None
    before, command = candidate.moved_from, f"gmctl orphan delete {candidate.moved_from.id}"
    return (
        f"{candidate.item.prefix} was deployed to {before} before: that one keeps running, orphaned, until "
        f"you delete it with `{command}`"
    )


def with_oddities(plan: PlanRecord, candidate: Candidate) -> PlanRecord:
    """The plan with what is odd about the files that want it, and about where they want it."""
    oddities = candidate.wanted.oddities if candidate.wanted is not None else ()
    behind = left_behind(candidate)
    warnings = (
        *(PlannedWarning(text=str(finding)) for finding in oddities),
        *plan.warnings,
        *([PlannedWarning(text=behind)] if behind is not None else []),
    )
    return replace(plan, warnings=warnings)
