"""Targets that a load balancer finds unhealthy, or does not ask.

Reason codes: TargetHealth, Elastic Load Balancing API reference.
"""

from __future__ import annotations

from typing import Final

from gitmoxi.explaining.entry import Entry
from gitmoxi.explaining.pages import CREATE_SERVICE, SERVICE_EVENTS, TARGET_HEALTH, UNHEALTHY_EVENTS

_GRACE = "If it only needs longer to start, raise healthCheckGracePeriodSeconds of the service."

_WRONG_STATUS = "The application answers the health check of the {target_group} with {status_codes}."
_FIX_STATUS = (
    "Correct the health check's path and matcher, or what the application answers there: 404 a wrong path, "
    "301 or 302 a redirect, 401 or 403 a login, 5xx an error inside."
)
_TIMEOUT = "The application does not answer the health check of the {target_group} in time."
_FIX_TIMEOUT = (
    "Let the load balancer's security group in on the container's port, check that the application "
    "listens on "
    f"0.0.0.0 and not on 127.0.0.1, and raise the check's timeout if it is slow. {_GRACE}"
)
_REFUSED = "The load balancer cannot connect to the targets of the {target_group}, or gets no proper answer."
_FIX_REFUSED = (
    "Check that the application listens on the container's port, that the check's protocol is right (HTTP or "
    f"HTTPS), and that the security groups let it through. {_GRACE}"
)

LOAD_BALANCER_ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(
        id="target.group-missing",
        cause="The target group of the service does not exist any more.",
        advice="Create it again and name it in loadBalancers of the service definition.",
        source=SERVICE_EVENTS,
        says=(("target group is not found",), ("targetgroupnotfound",), ("target group", "does not exist")),
    ),
    Entry(
        id="target.group-not-attached",
        cause="No listener of a load balancer sends requests to the {target_group}.",
        advice="Attach it to a listener or a rule first; ECS refuses a service before that.",
        source=CREATE_SERVICE,
        says=(("does not have an associated load balancer",),),
    ),
    Entry(
        id="target.zone-not-enabled",
        cause="The load balancer of the {target_group} is not switched on in the task's Availability Zone.",
        advice=(
            "Give the load balancer a subnet in every Availability Zone of the service's subnets, or "
            "take those subnets out of awsvpcConfiguration."
        ),
        source=UNHEALTHY_EVENTS,
        says=(("availability zone that is not enabled",),),
    ),
    Entry(
        id="target.wrong-status",
        cause=_WRONG_STATUS,
        advice=_FIX_STATUS,
        source=UNHEALTHY_EVENTS,
        says=(("health checks failed with these codes",), ("target.responsecodemismatch",)),
    ),
    Entry(
        id="target.timeout",
        cause=_TIMEOUT,
        advice=_FIX_TIMEOUT,
        source=UNHEALTHY_EVENTS,
        says=(("unhealthy in", "request timed out"), ("target.timeout",), ("health checks", "timed out")),
    ),
    Entry(
        id="target.unhealthy",
        cause=_REFUSED,
        advice=_FIX_REFUSED,
        source=UNHEALTHY_EVENTS,
        says=(("is unhealthy in (",), ("health checks failed",), ("is not healthy in target-group",)),
    ),
    Entry(
        id="target.failed-checks",
        cause="The load balancer's health checks found the task unhealthy, and ECS stopped it.",
        advice=(
            f"Compare path, port and matcher of the health check with what the application answers. {_GRACE}"
        ),
        source=(
            ""
            "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshoot-service-load-balancers.html"
        ),
        says=(("failed elb health checks",),),
        symptom=True,
    ),
)


def _target(code: str, id_: str, cause: str, advice: str) -> Entry:
    return Entry(id=id_, cause=cause, advice=advice, source=TARGET_HEALTH, codes=frozenset({code}))


TARGET_ENTRIES: Final[tuple[Entry, ...]] = (
    _target("Target.ResponseCodeMismatch", "target.wrong-status", _WRONG_STATUS, _FIX_STATUS),
    _target("Target.Timeout", "target.timeout", _TIMEOUT, _FIX_TIMEOUT),
    _target("Target.FailedHealthChecks", "target.unhealthy", _REFUSED, _FIX_REFUSED),
    _target(
        "Target.NotRegistered",
        "target.not-registered",
        "The target is not registered in the {target_group}.",
        "ECS registers tasks by itself: look at the service's events for why it did not.",
    ),
    _target(
        "Target.NotInUse",
        "target.not-in-use",
        "No load balancer sends requests to the target in the {target_group}.",
        "Attach the target group to a listener or rule, and give the load balancer a subnet in the target's "
        "Availability Zone.",
    ),
    _target(
        "Target.InvalidState",
        "target.stopped",
        "The target of the {target_group} is stopped or terminated.",
        "Look at why the task or its instance stopped.",
    ),
    _target(
        "Target.IpUnusable",
        "target.address-reserved",
        "The address of the target is one that a load balancer keeps for itself.",
        "Use other subnets for the tasks, or for the load balancer.",
    ),
    _target(
        "Target.DeregistrationInProgress",
        "target.draining",
        "The target is being taken out of the {target_group}.",
        "Wait for the target group's deregistration delay.",
    ),
    _target(
        "Target.HealthCheckDisabled",
        "target.not-checked",
        "The {target_group} makes no health checks.",
        "Switch them on in the target group.",
    ),
    _target(
        "Elb.RegistrationInProgress",
        "target.being-registered",
        "The target is being registered in the {target_group}.",
        "Wait.",
    ),
    _target(
        "Elb.InitialHealthChecking",
        "target.not-yet-checked",
        "The load balancer has not yet made enough health checks of the target in the {target_group}.",
        "Wait: the interval times the healthy threshold of the target group.",
    ),
    _target(
        "Elb.InternalError",
        "target.load-balancer-error",
        "The load balancer failed while it checked the target.",
        "Retry. If it lasts, look at the AWS Health Dashboard or ask AWS Support.",
    ),
)
