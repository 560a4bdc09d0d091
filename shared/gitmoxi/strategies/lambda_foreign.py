"""Changes that somebody else makes to a function while it is deployed: seen, and answered by policy."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from gitmoxi.domain.deployments import Deployment, Progress
from gitmoxi.planning.documents import canonical
from gitmoxi.planning.lambda_rules import CONFIGURATION_FIELDS, comparable_function
from gitmoxi.ports.aws_lambda import LambdaFunction
from gitmoxi.strategies.decision import Decision
from gitmoxi.strategies.failing import fail
from gitmoxi.strategies.lambda_observation import LambdaObservation
from gitmoxi.strategies.lambda_steps import CODE, CONFIGURATION, MARKS_OF
from gitmoxi.validation.depdef import OnForeignChange

STANDING: Final = "standing"
"""Progress and result value: how $LATEST stood after our last look or change; see ``standing_of``."""

FOREIGN: Final = "foreign_change"
"""Result value of a call that was not made, for somebody else had changed these members meanwhile."""

ALIAS: Final = "alias"
"""What ``FOREIGN`` names where the alias is another than it was."""

ADOPTED: Final = "adopted"
"""Progress value: how many foreign changes were adopted."""

MOST_ADOPTED: Final = 3
"""Whoever changes the function more often in one deployment fights with us, and wins."""

CODE_FIELDS: Final = frozenset({"Architectures", "CodeSha256"})
"""What UpdateFunctionCode changes of a function."""

_FIELDS: Final = tuple(sorted(CONFIGURATION_FIELDS | CODE_FIELDS))
_DIGITS: Final = 4
_NOTHING: Final = "-" * _DIGITS
_HIDDEN: Final = "?" * _DIGITS
"""Of variables that Lambda could not decrypt when it was asked, nothing can be told."""


def standing_of(function: LambdaFunction) -> str:
    """$LATEST in short: four digits for each member, so that the record of a deployment stays small.

    RevisionId would not do: it changes by itself when an update has settled. Of the environment only the
    names of the variables are told apart, for values could be guessed from their digits.
    """
    document = comparable_function(function)
    hidden = {"Environment"} if (function.configuration.get("Environment") or {}).get("Error") else set()
    return "".join(_HIDDEN if name in hidden else _digits(name, document.get(name)) for name in _FIELDS)


def standing_after(before: str, answer: LambdaFunction, sent: Iterable[str]) -> str:
    """How $LATEST has to stand after a change of the members ``sent``, which AWS answered with."""
    names, made = frozenset(sent), standing_of(answer)
    each = zip(_FIELDS, _parts(before), _parts(made), strict=True)
    return "".join(after if name in names else kept for name, kept, after in each)


def changed_between(before: str, after: str) -> tuple[str, ...]:
    """The members that differ; none where one side was written by a release that knew other members."""
    if len(before) != len(after) or len(after) != len(_FIELDS) * _DIGITS:
        return ()
    each = zip(_FIELDS, _parts(before), _parts(after), strict=True)
    return tuple(name for name, one, other in each if one != other and _HIDDEN not in (one, other))


def foreign_change(deployment: Deployment, function: LambdaFunction) -> str:
    """The members of $LATEST that are not as we left them, for people; empty when all are."""
    before = deployment.progress.values.get(STANDING)
    return ", ".join(changed_between(before, standing_of(function))) if before else ""


def with_standing(deployment: Deployment, function: LambdaFunction) -> Deployment:
    """The deployment with $LATEST as it stands now."""
    return _with_values(deployment, {**deployment.progress.values, STANDING: standing_of(function)})


def with_answers(deployment: Deployment) -> Deployment:
    """The deployment with the standing that its last change answered; unknown if that answer was lost."""
    values = dict(deployment.progress.values)
    for intent in deployment.intents:
        if MARKS_OF.get(intent.call, frozenset()) & {CODE, CONFIGURATION}:
            answered = (intent.result or {}).get(STANDING)
            values = {name: value for name, value in values.items() if name != STANDING}
            values |= {STANDING: answered} if answered is not None else {}
    return _with_values(deployment, values)


def policy(settings: Mapping[str, Any]) -> OnForeignChange:
    """What the settings say is to be done."""
    return OnForeignChange(settings.get("onForeignChange") or OnForeignChange.STOP)


def met_foreign_change(deployment: Deployment, seen: LambdaObservation, now: datetime) -> Decision | None:
    """The answer to a change of $LATEST that kept our last call from being made; None when there was none."""
    for intent in deployment.intents:
        what = (intent.result or {}).get(FOREIGN)
        if what and what != ALIAS:  # where the alias points is looked at once it should have moved
            unmade = MARKS_OF.get(intent.call, frozenset())
            return answer_change(deployment, seen, now, what, unmade=unmade)
    return None


def answer_change(
    deployment: Deployment,
    seen: LambdaObservation,
    now: datetime,
    what: str,
    *,
    unmade: frozenset[str] = frozenset(),
) -> Decision:
    """The answer to a change of ``what``, members of $LATEST parted by commas.

    What changed is compared, and if need be sent, once more; ``unmade`` are the marks of a call of ours that
    was not made.
    """
    function = seen.function.configuration.get("FunctionName", "") if seen.function is not None else ""
    told = f"Somebody else changed {what} of the function {function} while it was deployed"
    return answer_foreign(deployment, seen, now, told, again=unmade | _marks(what.split(", ")))


def answer_foreign(
    deployment: Deployment,
    seen: LambdaObservation,
    now: datetime,
    told: str,
    *,
    again: frozenset[str] = frozenset(),
) -> Decision:
    """Stop and leave everything as it is, or go on from what is there, as the settings say.

    ``told`` is what somebody did; ``again`` are the marks of what is to be done once more.
    """
    if policy(seen.settings) is OnForeignChange.STOP:
        cause = f"{told}. All is left as it is now (onForeignChange is stop)."
        return fail(deployment, cause, rollback=False)
    adopted = int(deployment.progress.values.get(ADOPTED, "0")) + 1
    if adopted > MOST_ADOPTED:
        cause = f"{told}. It is the change number {adopted}, so all is left as it is now."
        return fail(deployment, cause, rollback=False)
    values = {name: value for name, value in deployment.progress.values.items() if name not in again}
    values[ADOPTED] = str(adopted)
    if seen.function is not None:
        values[STANDING] = standing_of(seen.function)
    return Decision(
        step="adopt a foreign change",
        because=f"{told}. The deployment goes on from there (onForeignChange is adopt).",
        to=deployment.state,
        progress=Progress(phase="settle", since=now, values=values),
    )


def _marks(changed: Iterable[str]) -> frozenset[str]:
    """What is to be compared, and if need be sent, once more."""
    return frozenset(CODE if name in CODE_FIELDS else CONFIGURATION for name in changed)


def _parts(standing: str) -> list[str]:
    return [standing[place : place + _DIGITS] for place in range(0, len(standing), _DIGITS)]


def _digits(name: str, value: Any) -> str:
    if name == "Environment" and isinstance(value, Mapping):
        value = sorted(value.get("Variables") or {})
    plain = _without_empty(value)
    if plain is None:
        return _NOTHING
    return hashlib.sha256(canonical(plain).encode()).hexdigest()[:_DIGITS]


def _without_empty(value: Any) -> Any:
    """``value`` without empty parts, which AWS tells or leaves out; lists of texts in one order."""
    if isinstance(value, Mapping):
        parts = {name: _without_empty(part) for name, part in value.items()}
        return {name: part for name, part in parts.items() if part is not None} or None
    if isinstance(value, list | tuple):
        texts = all(isinstance(part, str) for part in value)
        return (sorted(value) if texts else [_without_empty(part) for part in value]) or None
    return None if value == "" else value


def _with_values(deployment: Deployment, values: dict[str, str]) -> Deployment:
    return replace(deployment, progress=replace(deployment.progress, values=values))
