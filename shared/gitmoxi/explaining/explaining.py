"""From what AWS says about a failure to its explanation; nothing that AWS says gets lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from gitmoxi.domain.explanations import LOG, UNKNOWN, Explanation, together
from gitmoxi.explaining.capacity import STOP_ENTRIES
from gitmoxi.explaining.containers import EXIT_ENTRIES, EXITED
from gitmoxi.explaining.entry import first_fit, readable
from gitmoxi.explaining.evidence import as_evidence
from gitmoxi.explaining.function_states import FUNCTION_STATE_ENTRIES, QUIET_CODES
from gitmoxi.explaining.load_balancing import TARGET_ENTRIES
from gitmoxi.explaining.names import names_in
from gitmoxi.explaining.service_events import ROUTINE
from gitmoxi.explaining.signs import FailedTask, FunctionStates, Refusal, StoppedContainer, TargetState
from gitmoxi.explaining.table import BY_WORDS, REFUSALS, SYMPTOMS

MOST_LOG_LINES = 20
"""So many of the last log lines are shown."""

REMEMBERED = 1_024
"""Answers kept: a service under way shows the same events at every look, half a millisecond each."""

_GENERAL_CODES = frozenset({"FunctionError", "InvalidConfiguration"})
"""Codes of functions beside which the words may tell more."""

_EXITED = "EssentialContainerExited"


@lru_cache(maxsize=REMEMBERED)
def explain_task(task: FailedTask) -> Explanation:
    """Why the task stopped: by AWS's words, else by the exit code, else by the stop code."""
    words = [one for one in (task.reason, *(each.reason for each in task.containers)) if one]
    told, log = [*words, *_exits(task)], _log(task.log_lines)
    culprit = task.culprit
    names = _names(words, {"container": culprit.name if culprit else ""})
    if (entry := first_fit(BY_WORDS, words)) is not None:
        speaker = next((one.name for one in task.containers if entry.fits(readable(one.reason))), "")
        return entry.explain([*told, *log], {**names, **_known({"container": speaker})})
    if culprit is not None and task.stop_code in ("", _EXITED):
        return _explain_exit(culprit, [*told, *log], names)
    stopped = [f"stopCode {task.stop_code}"] if task.stop_code and not words else []
    entry = first_fit(STOP_ENTRIES, [], task.stop_code) or first_fit([EXITED], words)
    told = [*stopped, *told]
    return entry.explain([*told, *log], names) if entry else _unknown(told, log)


@lru_cache(maxsize=REMEMBERED)
def explain_event(text: str) -> Explanation | None:
    """What an event of a service means; None for events of a service that is well, and empty ones."""
    if (entry := first_fit(BY_WORDS, [text])) is not None:
        return entry.explain([text], names_in(text))
    read = readable(text)
    if not read or any(all(part in read for part in parts) for parts in ROUTINE):
        return None
    return _unknown([text])


def explain_refusal(refusal: Refusal) -> Explanation:
    """Why AWS refused the call; a denied one gets the missing IAM statement."""
    said = f"{refusal.code}: {refusal.message}"
    known = {"call": refusal.action, "action": refusal.action, "resource": refusal.resource}
    names = {**_known(known), **names_in(refusal.message)}
    entry = first_fit(REFUSALS, [said], refusal.code)
    return entry.explain([said], names) if entry else _unknown([said])


def explain_function(states: FunctionStates) -> Explanation | None:
    """Why the function, or its last update, failed; None when neither did."""
    code, reasons = _failed_state(states)
    if code is None:
        return None
    names = _names(reasons, {"function": states.function})
    entry = first_fit(FUNCTION_STATE_ENTRIES, reasons, code)
    if entry is None or code in _GENERAL_CODES:
        entry = first_fit(BY_WORDS, reasons) or entry
    evidence = reasons or [code]
    return entry.explain(evidence, names) if entry else _unknown(evidence)


def explain_target(target: TargetState) -> Explanation | None:
    """Why the load balancer does not use the target; None for a healthy one."""
    if target.state == "healthy":
        return None
    said = " ".join(part for part in (f"{target.code}:" if target.code else "", target.description) if part)
    names = _names([target.description], {"target_group": target.target_group})
    entry = first_fit(TARGET_ENTRIES, [], target.code) or first_fit(BY_WORDS, [target.description])
    evidence = [said or f"target is {target.state}"]
    return entry.explain(evidence, names) if entry else _unknown(evidence)


def explain(
    tasks: Iterable[FailedTask] = (),
    events: Iterable[str] = (),
    refusals: Iterable[Refusal] = (),
    targets: Iterable[TargetState] = (),
    functions: Iterable[FunctionStates] = (),
) -> tuple[Explanation, ...]:
    """Each cause once, with the number of its failures: root causes, then unknown words, then symptoms.

    Within those, what happened most often comes first.
    """
    found = [
        *map(explain_refusal, refusals),
        *map(explain_task, tasks),
        *map(explain_function, functions),
        *map(explain_target, targets),
        *map(explain_event, events),
    ]
    merged: dict[tuple[str, ...], Explanation] = {}
    for one in found:
        if one is not None:
            merged[one.key] = together(merged[one.key], one) if one.key in merged else one
    return tuple(sorted(merged.values(), key=_rank))


def _rank(explanation: Explanation) -> tuple[int, int]:
    if explanation.id in SYMPTOMS:
        return 2, -explanation.count
    return int(explanation.id == UNKNOWN), -explanation.count


def _unknown(evidence: Iterable[str], log: Iterable[str] = ()) -> Explanation:
    shown = as_evidence(evidence)
    return Explanation(
        id=UNKNOWN,
        cause="AWS gives a reason that Gitmoxi does not know." if shown else "AWS gave no reason.",
        evidence=(*shown, *as_evidence(log)),
        advice="Read AWS's words." if shown else "Look at the resource in the AWS console.",
        source="",
    )


def _explain_exit(
    culprit: StoppedContainer, evidence: Iterable[str], names: Mapping[str, str]
) -> Explanation:
    code = str(culprit.exit_code)
    entry = first_fit(EXIT_ENTRIES, [], code) or EXITED
    shown = code if entry is not EXITED else f"exit code {code}"
    return entry.explain(evidence, {**names, "exit_code": shown})


def _exits(task: FailedTask) -> list[str]:
    """The exit codes of a task that ended by itself; of one that ECS stopped they say how it obeyed."""
    if task.stop_code not in ("", _EXITED):
        return []
    return [
        f"container {one.name}: exit code {one.exit_code}" if one.name else f"exit code {one.exit_code}"
        for one in task.containers
        if one.exit_code is not None
    ]


def _log(lines: Sequence[str]) -> list[str]:
    return [f"{LOG}{line}" for line in lines[-MOST_LOG_LINES:]]


def _names(texts: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    found = _known(known)
    for text in texts:
        found = {**names_in(text), **found}
    return found


def _known(names: Mapping[str, str]) -> dict[str, str]:
    return {kind: name for kind, name in names.items() if name}


def _failed_state(states: FunctionStates) -> tuple[str | None, list[str]]:
    """The code and the words of what failed; the code is None when nothing did."""
    if states.state == "Failed":
        return states.state_code, [one for one in (states.state_reason,) if one]
    if states.update_status == "Failed":
        return states.update_code, [one for one in (states.update_reason,) if one]
    if states.state_code and states.state_code not in QUIET_CODES:
        return states.state_code, [one for one in (states.state_reason,) if one]
    return None, []
