"""Faults on demand: what goes wrong with calls and with images, set by file or over HTTP."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gitmoxi_local.aws_model.base import ImageFault, ImageFaults
from gitmoxi_local.aws_model.capacity import Capacity, CapacityLimit
from gitmoxi_local.aws_model.ecs import quotas as ecs_quotas
from gitmoxi_local.aws_model.functions import FunctionFault, FunctionFaults
from gitmoxi_local.aws_model.functions import quotas as function_quotas
from gitmoxi_local.aws_model.functions.faults import FunctionFaultKind
from gitmoxi_local.calls import AwsCall

ImageFaultKind = Literal[
    "cannot_pull", "eni", "no_capacity", "crash", "interrupted", "unhealthy", "unreachable", "slow_start"
]
CallFaultKind = Literal["throttle", "deny", "error500", "slow", "drop_reply", "stale"]


class FaultsError(ValueError):
    """A fault plan that cannot be read; the text says where and what was expected."""


class _Border(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ImageFaultSpec(_Border):
    """A fault of every task whose image contains ``match``; see ``aws_model.base.ImageFault``."""

    match: str = Field(min_length=1)
    kind: ImageFaultKind
    after_seconds: float = Field(default=0.0, ge=0)
    exit_code: int = Field(default=1, ge=0, le=255)
    http_code: int | None = Field(default=None, ge=100, le=599)
    message: str = ""
    log: str = Field(default="", max_length=100_000)


class FunctionFaultSpec(_Border):
    """A fault of Lambda functions; see ``aws_model.functions.FunctionFault``."""

    kind: FunctionFaultKind
    match: str = ""
    seconds: float = Field(default=0.0, ge=0)
    reason_code: str = "InternalError"
    reason: str = ""


class CallFaultSpec(_Border):
    """A fault of every call that fits.

    ``action`` and ``caller`` (access key id) are shell patterns. ``throttle``, ``deny`` and
    ``error500`` refuse the call unapplied; ``slow`` applies it at once and holds the reply for
    ``seconds``; ``drop_reply`` applies it and closes the connection; ``stale`` answers a read of
    ECS or Lambda as of ``seconds`` ago. It stays until ``times`` calls were hit, or until it is removed.
    """

    service: str = Field(min_length=1)
    action: str = "*"
    caller: str | None = None
    kind: CallFaultKind
    seconds: float = Field(default=0.0, ge=0)
    times: int | None = Field(default=None, ge=1)
    probability: float = Field(default=1.0, gt=0, le=1)

    @model_validator(mode="after")
    def _seconds_belong_to_the_kind(self) -> Self:
        if self.kind in {"slow", "stale"} and not self.seconds:
            raise ValueError(f"a fault of kind {self.kind} needs seconds above 0")
        if self.kind == "stale" and self.service not in {"ecs", "lambda"}:
            raise ValueError("only reads of the services ecs and lambda can be stale")
        return self


class CapacitySpec(_Border):
    """A capacity provider's limit; see ``aws_model.capacity.CapacityLimit``; the first counts."""

    provider: str = Field(min_length=1)
    tasks: int = Field(ge=0)
    reason: str = ""


class FaultPlan(_Border):
    """What a faults file or a POST carries.

    ``seed`` restarts the generator behind ``probability``. ``request_limits`` makes ECS and Lambda
    throttle by their published token buckets, which are full at first.
    """

    seed: int | None = None
    images: tuple[ImageFaultSpec, ...] = ()
    functions: tuple[FunctionFaultSpec, ...] = ()
    calls: tuple[CallFaultSpec, ...] = ()
    capacity: tuple[CapacitySpec, ...] = ()
    request_limits: bool = False


class ActiveFault(_Border):
    """A fault in force, as the control API lists it; ``hits`` counts the calls it met."""

    id: str
    image: ImageFaultSpec | None = None
    function: FunctionFaultSpec | None = None
    call: CallFaultSpec | None = None
    capacity: CapacitySpec | None = None
    request_limits: bool = False
    hits: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFault:
    """The fault that meets one particular call."""

    id: str
    kind: CallFaultKind
    seconds: float


def parse_plan(text: str, *, source: str) -> FaultPlan:
    """Read a fault plan from JSON; ``source`` is named in errors.

    Raises:
        FaultsError: if it is not JSON or not a plan.
    """
    try:
        return FaultPlan.model_validate(json.loads(text))
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in item['loc']) or 'document'}: {item['msg']}"
            for item in error.errors()
        )
        raise FaultsError(f"{source}: {problems}") from error
    except ValueError as error:
        raise FaultsError(f"{source}: not valid JSON: {error}") from error


def load_plan(path: Path) -> FaultPlan:
    """Read a fault plan from a file.

    Raises:
        FaultsError: if the file cannot be read or is no plan.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise FaultsError(f"{path}: cannot be read: {error.strerror}") from error
    return parse_plan(text, source=str(path))


class Faults:
    """The faults in force.

    ``images``, ``capacity`` and ``limits`` are shared with the model of ECS, ``functions`` and
    ``function_limits`` with that of Lambda.
    """

    def __init__(self, *, seed: int = 0) -> None:
        self.images = ImageFaults()
        self.capacity = Capacity()
        self.limits = ecs_quotas.published()
        self.functions = FunctionFaults()
        self.function_limits = function_quotas.published()
        self._active: dict[str, ActiveFault] = {}
        self._last_id = 0
        self._random = _generator(seed)

    def add(self, plan: FaultPlan) -> list[ActiveFault]:
        """Put a plan's faults into force, in order; returns them with their ids."""
        if plan.seed is not None:
            self._random = _generator(plan.seed)
        added = [self._activate(image=image) for image in plan.images]
        added += [self._activate(function=function) for function in plan.functions]
        added += [self._activate(call=call) for call in plan.calls]
        added += [self._activate(capacity=capacity) for capacity in plan.capacity]
        if plan.request_limits:
            self.limits.refill()
            self.function_limits.refill()
            added.append(self._activate(request_limits=True))
        self._share()
        return added

    def remove(self, fault_id: str) -> bool:
        """Lift one fault; False if there is none of that id."""
        removed = self._active.pop(fault_id, None) is not None
        self._share()
        return removed

    def clear(self) -> int:
        """Lift all faults; returns how many there were."""
        count = len(self._active)
        self._active.clear()
        self._share()
        return count

    def active(self) -> list[ActiveFault]:
        """The faults in force, oldest first."""
        return list(self._active.values())

    def may_meet(self, service: str) -> bool:
        """Whether any call of a service can be hit at all: cheap, for the fast path."""
        return any(
            fault.call is not None and fault.call.service == service for fault in self._active.values()
        )

    def longest_staleness(self) -> float:
        """How many seconds back stale reads may look; 0 if none are in force."""
        return max(
            (
                fault.call.seconds
                for fault in self._active.values()
                if fault.call and fault.call.kind == "stale"
            ),
            default=0.0,
        )

    def meet(self, call: AwsCall) -> CallFault | None:
        """The first fault that hits a call, counted; None if none does."""
        for fault in list(self._active.values()):
            if fault.call is not None and _fits(fault.call, call) and self._strikes(fault.call):
                self._count_hit(fault, fault.call)
                return CallFault(id=fault.id, kind=fault.call.kind, seconds=fault.call.seconds)
        return None

    def _strikes(self, spec: CallFaultSpec) -> bool:
        return spec.probability >= 1 or self._random.random() < spec.probability

    def _count_hit(self, fault: ActiveFault, spec: CallFaultSpec) -> None:
        hits = fault.hits + 1
        if spec.times is not None and hits >= spec.times:
            del self._active[fault.id]
        else:
            self._active[fault.id] = fault.model_copy(update={"hits": hits})

    def _activate(
        self,
        *,
        image: ImageFaultSpec | None = None,
        function: FunctionFaultSpec | None = None,
        call: CallFaultSpec | None = None,
        capacity: CapacitySpec | None = None,
        request_limits: bool = False,
    ) -> ActiveFault:
        self._last_id += 1
        fault = ActiveFault(
            id=f"fault-{self._last_id}",
            image=image,
            function=function,
            call=call,
            capacity=capacity,
            request_limits=request_limits,
        )
        self._active[fault.id] = fault
        return fault

    def _share(self) -> None:
        active = self._active.values()
        self.images.entries[:] = [_image_fault(fault.image) for fault in active if fault.image]
        self.capacity.limits[:] = [
            CapacityLimit(
                provider=fault.capacity.provider, tasks=fault.capacity.tasks, reason=fault.capacity.reason
            )
            for fault in active
            if fault.capacity is not None
        ]
        self.functions.entries[:] = [
            FunctionFault(**dict(fault.function)) for fault in active if fault.function is not None
        ]
        self.limits.enabled = any(fault.request_limits for fault in active)
        self.function_limits.enabled = self.limits.enabled


def _image_fault(spec: ImageFaultSpec) -> ImageFault:
    return ImageFault(**dict(spec))


def _generator(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  # repeatable on purpose, nothing secret hangs on it


def _fits(spec: CallFaultSpec, call: AwsCall) -> bool:
    return (
        spec.service == call.service
        and fnmatchcase(call.operation, spec.action)
        and (spec.caller is None or fnmatchcase(call.caller, spec.caller))
    )
