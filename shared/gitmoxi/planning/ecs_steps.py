"""The steps of an ECS plan as people read them, in the order in which they happen."""

from __future__ import annotations

from gitmoxi.planning.desired import DesiredEcs
from gitmoxi.planning.ecs_fallback import fallback_providers
from gitmoxi.planning.ecs_update import EcsUpdate


def creation_steps(desired: DesiredEcs, strategy: str, *, register: bool, draining: bool) -> tuple[str, ...]:
    """How a service comes to be; ``draining`` says that a deleted one still has its name."""
    waiting = ("wait until the deleted service of this name has stopped its last task",) if draining else ()
    steps = (*_register_step(desired, register=register), "create the service", _follow_step(strategy))
    return waiting + steps + _fallback_step(desired)


def update_steps(update: EcsUpdate) -> tuple[str, ...]:
    """How a live service becomes what is wanted; none where it is."""
    steps = _register_step(update.desired, register=update.revision.register)
    if update.updates:
        steps += (_update_step(update),)
        steps += (
            _follow_step(update.strategy)
            if update.starts
            else "read the changed fields back: no tasks are replaced",
        )
        steps += _fallback_step(update.desired) if update.starts else ()
    if update.tags.differences:
        steps += ("set the service's tags",)
    return steps


def register_step(family: object) -> str:
    """The step that is left out where an equal revision is known."""
    return f"register a new revision of the task definition {family}"


def _register_step(desired: DesiredEcs, *, register: bool) -> tuple[str, ...]:
    if not register or desired.task_definition is None:
        return ()
    return (register_step(desired.task_definition.get("family")),)


def _update_step(update: EcsUpdate) -> str:
    parts = [*(["taskDefinition"] if update.revision.changes else []), *sorted(update.changed)]
    forced = " (forced new deployment)" if update.forced else ""
    return f"update the service: {', '.join(parts) or 'nothing but its tasks'}{forced}{_kept_count(update)}"


def _kept_count(update: EcsUpdate) -> str:
    """Where the file leaves the count out, it is autoscaling's, or whoever's set it."""
    count = update.live.get("desiredCount")
    if count is None or update.scheduling == "DAEMON" or update.wanted.get("desiredCount") is not None:
        return ""
    return f"; desiredCount is left out and stays {count}"


def _fallback_step(desired: DesiredEcs) -> tuple[str, ...]:
    providers = fallback_providers(desired)
    return (f"go on with {providers} if ECS cannot place all tasks in time",) if providers else ()


def _follow_step(strategy: str) -> str:
    return f"follow the service deployment ({strategy}) to its end"
