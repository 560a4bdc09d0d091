"""Every place where we lean on ministack beyond its HTTP face: its environment and its private names.

Ministack reads its environment once, at import, so ``configure`` must run before anything
imports it; that is also why no other module of ours imports ministack. ``check`` says clearly
which name is gone when somebody changes the pinned version.
"""

from __future__ import annotations

import contextvars
import importlib
import importlib.metadata
import json
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gitmoxi_local.alarm_rules import Verdict

PINNED_VERSION = "1.5.33"

AsgiApp = Callable[..., Awaitable[None]]

SEAMS: Mapping[str, tuple[str, ...]] = {
    "ministack.app": ("app", "_build_persistence_save_dict"),
    "ministack.core.persistence": ("save_state",),
    "ministack.core.responses": ("get_account_id", "get_region", "request_scope", "set_request_account_id"),
    "ministack.services.cloudwatch": (
        "_alarms",
        "_calc_stats",
        "_composite_alarms",
        "_dispatch_alarm_actions",
        "_evaluate_alarm",
        "_evaluate_parent_alarms",
        "_metrics",
        "_record_history",
        "_stat_value",
    ),
    "ministack.services.cloudwatch_logs": (
        "_create_log_group",
        "_create_log_stream",
        "_log_groups",
        "_put_log_events",
    ),
    "ministack.services.eventbridge": ("_ensure_default_bus", "_put_events"),
    "ministack.services.lambda_svc": (
        "_delete_function",
        "_functions",
        "_presigned_code_url",
        "_resolve_layer_version_for_attachment",
        "invalidate_worker",
    ),
    "ministack.services.s3": ("_get_object_data", "bucket_region"),
}


Point = Mapping[str, Any]
Points = Sequence[Point]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmChange:
    """An alarm's change of state; a new alarm comes with two equal states."""

    account: str
    region: str
    name: str
    old_state: str
    new_state: str
    reason: str


class SeamError(RuntimeError):
    """The installed ministack is not the one this local cloud was written for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MinistackSettings:
    """What ministack is told through its environment; ``state_dir`` is ours, it gets folders below it.

    ``scratch_dir`` exists; ministack and the functions that it runs keep their temporary files there.
    """

    port: int
    state_dir: Path
    scratch_dir: Path
    region: str
    account: str
    log_level: str


def configure(settings: MinistackSettings) -> None:
    """Set ministack's environment: loopback only, state kept, no Docker, no listener besides ours."""
    os.environ.update(
        {
            "AUTH": "false",
            "BIND_HOST": "127.0.0.1",
            "DOCKER_HOST": f"unix://{settings.state_dir / 'no-docker.sock'}",
            "GATEWAY_PORT": str(settings.port),
            "IOT_MTLS_ENABLED": "0",
            "LAMBDA_EXECUTOR": "local",
            "LOG_LEVEL": settings.log_level,
            "MINISTACK_ACCOUNT_ID": settings.account,
            "MINISTACK_HOST": "127.0.0.1",
            "MINISTACK_REGION": settings.region,
            "PERSIST_STATE": "1",
            "S3_DATA_DIR": str(settings.state_dir / "s3"),
            "S3_PERSIST": "1",
            "SFTP_ENABLED": "0",
            "STATE_DIR": str(settings.state_dir / "ministack"),
            "TMPDIR": str(settings.scratch_dir),
        }
    )
    # Whoever asked for the temporary folder before us has fixed the answer for this process.
    tempfile.tempdir = str(settings.scratch_dir)
    os.environ.pop("SERVICES", None)


def check() -> None:
    """Import ministack and make sure that every name we touch is there.

    Raises:
        SeamError: naming what is missing and what to do.
    """
    version = importlib.metadata.version("ministack")
    missing = [
        f"{module}.{name}"
        for module, names in SEAMS.items()
        for name in names
        if not hasattr(importlib.import_module(module), name)
    ]
    if missing:
        raise SeamError(
            f"ministack {version} has no {', '.join(missing)}; the local cloud was written for "
            f"ministack {PINNED_VERSION}. Install that version, or adapt ministack_seams.py."
        )


def app() -> AsgiApp:
    """Ministack's ASGI application, its lifespan included."""
    application: AsgiApp = attribute("ministack.app", "app")
    return application


def account_of(access_key_id: str) -> str:
    """The account behind an access key: its own 12 digits, its session's account, or the default one."""

    def resolve() -> str:
        attribute("ministack.core.responses", "set_request_account_id")(access_key_id)
        return str(attribute("ministack.core.responses", "get_account_id")())

    return contextvars.copy_context().run(resolve)


def put_events(account: str, region: str, entries: Sequence[Mapping[str, Any]]) -> None:
    """Put events on buses of an account as AWS's own services do, so ``aws.*`` sources are allowed.

    Raises:
        RuntimeError: if EventBridge refused an entry.
    """
    with attribute("ministack.core.responses", "request_scope")(account, region):
        attribute("ministack.services.eventbridge", "_ensure_default_bus")()
        put = attribute("ministack.services.eventbridge", "_put_events")
        _, _, body = put({"Entries": [dict(entry) for entry in entries]}, allow_aws_source=True)
    if json.loads(body).get("FailedEntryCount"):
        raise RuntimeError(f"ministack's EventBridge refused a service event: {body!r}")


def take_over_alarms(
    *, judge: Callable[[Point, Points], Verdict | None], changed: Callable[[AlarmChange], None]
) -> None:
    """Put ``judge`` in the place of ministack's evaluation of an alarm, and tell ``changed`` of all changes.

    Ministack's own evaluation mixes the data of all dimensions and knows neither
    EvaluationPeriods, DatapointsToAlarm nor TreatMissingData. It asks at each PutMetricData.
    """
    cloudwatch: Any = importlib.import_module("ministack.services.cloudwatch")
    record = attribute("ministack.services.cloudwatch", "_record_history")

    def record_and_tell(name: str, old_state: str, new_state: str, reason: str, *rest: Any) -> None:
        record(name, old_state, new_state, reason, *rest)
        account = str(attribute("ministack.core.responses", "get_account_id")())
        region = str(attribute("ministack.core.responses", "get_region")())
        changed(
            AlarmChange(
                account=account,
                region=region,
                name=name,
                old_state=old_state,
                new_state=new_state,
                reason=reason,
            )
        )

    def evaluate(alarm: MutableMapping[str, Any]) -> None:
        verdict = judge(alarm, _points_of(alarm))
        if verdict is not None and verdict.state != alarm["StateValue"]:
            old_state = alarm["StateValue"]
            alarm.update(
                StateValue=verdict.state, StateReason=verdict.reason, StateUpdatedTimestamp=int(time.time())
            )
            record_and_tell(alarm["AlarmName"], old_state, verdict.state, verdict.reason)
            attribute("ministack.services.cloudwatch", "_dispatch_alarm_actions")(
                alarm, old_state, verdict.state, verdict.reason
            )
            attribute("ministack.services.cloudwatch", "_evaluate_parent_alarms")(alarm)

    cloudwatch._record_history = record_and_tell  # noqa: SLF001  # the seam itself
    cloudwatch._evaluate_alarm = evaluate  # noqa: SLF001  # the seam itself


def evaluate_alarms() -> None:
    """Evaluate every metric alarm of every account and region."""
    store: Any = attribute("ministack.services.cloudwatch", "_alarms")
    # Its public face shows one account and region: across all of them there is only what lies behind.
    for (account, region, _), alarm in list(store._data.items()):  # noqa: SLF001  # see above
        with attribute("ministack.core.responses", "request_scope")(account, region):
            attribute("ministack.services.cloudwatch", "_evaluate_alarm")(alarm)


def alarm_state(account: str, region: str, name: str) -> str | None:
    """The present state of a metric or composite alarm; None if there is none of that name."""
    with attribute("ministack.core.responses", "request_scope")(account, region):
        for store in ("_alarms", "_composite_alarms"):
            alarm: Point | None = attribute("ministack.services.cloudwatch", store).get(name)
            if alarm is not None:
                return str(alarm["StateValue"])
    return None


def statistic(points: Points, name: str) -> float | None:
    """A statistic (``Sum``, ``p99``, ...) of stored points, None if there are none."""
    if not points:
        return None
    stats = attribute("ministack.services.cloudwatch", "_calc_stats")(points)
    value: float | None = attribute("ministack.services.cloudwatch", "_stat_value")(stats, name, points)
    return value


def _points_of(alarm: Point) -> Points:
    """The stored points of exactly the metric that an alarm names, dimensions included."""
    wanted = _dimensions(alarm.get("Dimensions"))
    return [
        point
        for (namespace, name, _), points in attribute("ministack.services.cloudwatch", "_metrics").items()
        if (namespace, name) == (alarm.get("Namespace"), alarm.get("MetricName"))
        for point in points
        if _dimensions(point.get("Dimensions")) == wanted
    ]


def _dimensions(stored: Any) -> dict[str, str]:
    """Dimensions as ministack stores them: a mapping, or a list of names and values."""
    if isinstance(stored, Mapping):
        return dict(stored)
    return {item["Name"]: item["Value"] for item in stored or []}


def state_readers() -> Mapping[str, Callable[[], Any]]:
    """What ministack would save at a clean stop: state file name → a function that copies the state."""
    readers: Mapping[str, Callable[[], Any]] = attribute("ministack.app", "_build_persistence_save_dict")()
    return readers


def save_state(name: str, state: Any) -> None:
    """Write one state file, atomically, where ministack will look for it at its next start."""
    attribute("ministack.core.persistence", "save_state")(name, state)


def attribute(module: str, name: str) -> Any:
    """A name of ministack's that ``SEAMS`` lists.

    Raises:
        SeamError: it is not listed.
    """
    if name not in SEAMS.get(module, ()):
        raise SeamError(f"{module}.{name} is used but not listed in SEAMS")
    return getattr(importlib.import_module(module), name)
