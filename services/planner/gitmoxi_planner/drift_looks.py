"""Comparing one target that nobody deploys with what its last good deployment left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gitmoxi.domain.deployments import PlannedDifference, Verb
from gitmoxi.domain.drift import DriftVerdict, Finding
from gitmoxi.domain.outcomes import LastOutcome
from gitmoxi.domain.records import LastGood, TargetRecord
from gitmoxi.domain.states import State
from gitmoxi.domain.targets import EcsTarget
from gitmoxi.errors import AwsRejectedError, InvariantError, PermanentError
from gitmoxi.planning.differences import Difference
from gitmoxi.planning.errors import ReplacementNeededError
from gitmoxi.planning.masking import masking
from gitmoxi.strategies.ecs_observation import EcsObservation
from gitmoxi.strategies.lambda_observation import LambdaObservation
from gitmoxi.workflow.ecs_reader import EcsReader
from gitmoxi.workflow.lambda_reader import LambdaReader

_LEAVES_IT_HALF_WAY = frozenset({State.FAILED, State.ROLLBACK_FAILED})


def at_rest(record: TargetRecord) -> bool:
    """Whether nobody deploys the target, and there is something to compare it with."""
    return record.active_id is None and record.waiting_id is None and record.last_good is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftLooker:
    """Reads targets by the readers, and compares by the plans, that deployments are made with."""

    ecs: EcsReader
    functions: LambdaReader

    async def look(self, record: TargetRecord, good: LastGood) -> Finding:
        """What is found at a target at rest; what AWS refuses to tell is a finding too.

        Raises:
            RetryableError: AWS is out of reach, or there is no request to spare.
        """
        target = record.target
        try:
            if isinstance(target, EcsTarget):
                found = _found(record, await self.ecs.at_rest(target, good))
            else:
                found = _found(record, await self.functions.at_rest(target, good))
        except AwsRejectedError as error:
            if error.code == "ClusterNotFoundException":
                return Finding(
                    verdict=DriftVerdict.GONE, because=f"{target} is gone, and its cluster with it."
                )
            return _unknown(error)
        except (PermanentError, InvariantError) as error:
            return _unknown(error)
        return found


def _unknown(error: PermanentError | InvariantError) -> Finding:
    return Finding(verdict=DriftVerdict.UNKNOWN, because=str(error))


def _found(record: TargetRecord, seen: EcsObservation | LambdaObservation) -> Finding:
    if isinstance(seen.refused, ReplacementNeededError):
        return _differing(record, _shown(seen.refused.differences, seen.sensitive_values))
    if seen.refused is not None:
        return _unknown(seen.refused)
    if seen.plan is None:
        raise InvariantError(f"{record.target} was looked at without a plan")
    if seen.plan.verb is Verb.CREATE:
        return Finding(
            verdict=DriftVerdict.GONE,
            because=f"{record.target} does not exist any more, and no deployment deleted it.",
        )
    return _differing(record, _shown(seen.plan.differences, seen.sensitive_values))


def _shown(differences: Iterable[Difference], sensitive: Iterable[str]) -> tuple[PlannedDifference, ...]:
    mask = masking(sensitive)
    return tuple(difference.planned(mask) for difference in differences)


def _differing(record: TargetRecord, differences: tuple[PlannedDifference, ...]) -> Finding:
    if not differences:
        because = "It lives as its last good deployment left it."
        return Finding(verdict=DriftVerdict.NONE, because=because)
    places = "1 place" if len(differences) == 1 else f"{len(differences)} places"
    last = record.last
    if last is not None and _left_half_way(record, last):
        because = f"{last.deployment_id} ended {last.state}, and may be why it differs in {places}."
        return Finding(verdict=DriftVerdict.UNKNOWN, because=because, differences=differences)
    because = f"It differs in {places} from what its last good deployment left."
    return Finding(verdict=DriftVerdict.DIFFERS, because=because, differences=differences)


def _left_half_way(record: TargetRecord, last: LastOutcome) -> bool:
    """Whether a deployment changed the target and neither came to its end nor was undone."""
    return record.unsettled or (last.state in _LEAVES_IT_HALF_WAY and last.verb is not None)
