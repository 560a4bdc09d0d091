"""Which processes make up a Gitmoxi on one machine, with commands, environments and access keys."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gitmoxi_gmctl.up.specs import ProcessSpec

CLOUD = "cloud"
API = "api"
MODULES: Mapping[str, str] = {
    "ingestor": "gitmoxi_ingestor",
    "planner": "gitmoxi_planner",
    "ecs-deployer": "gitmoxi_ecs_deployer",
    "lambda-deployer": "gitmoxi_lambda_deployer",
    "rollback": "gitmoxi_rollback",
    "notifier": "gitmoxi_notifier",
    API: "gitmoxi_api",
}
SCALABLE = tuple(service for service in MODULES if service != API)
"""The API has one port; the workers share queues, and so may be many."""

NOTIFIER_TEMPLATE = "notifier.yaml"
"""Lies beside the control plane's; on AWS its stack may be left out."""

MOST_INSTANCES = 16
"""More would only wait for the processors of one machine."""

_THRIFTY = {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "131072"}
"""As in the image: glibc gives memory back that is freed after the start (``mallopt(3)``)."""

FAILPOINTS = "GITMOXI_FAILPOINTS"
_LOCAL_HOSTS = "127.0.0.1,localhost"


class UpUsageError(ValueError):
    """What was asked for is not possible; the text says what is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """What is started, each as the beginning of a command; tests bring small stand-ins."""

    cloud: tuple[str, ...] = (sys.executable, "-m", "gitmoxi_local")
    services: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: {name: (sys.executable, "-m", module) for name, module in MODULES.items()}
    )
    playground: tuple[str, ...] = (sys.executable, "-m", "gitmoxi_local.playground")


@dataclass(frozen=True, slots=True, kw_only=True)
class UpOptions:
    """What a person asked for.

    Attributes:
        state_dir: everything that runs keeps its state here; absolute.
        port, api_port: of the local cloud and the API; 0 takes a free one.
        scale: how many instances of a service, 1 where none is stated.
        template: the control plane; the notifier's lies beside it.
        faults: a file of faults that the local cloud starts with.
        log_level: of the services.
        playground: a repository to edit is made, whose commits are deployed at once.
        programs: what is started.
    """

    state_dir: Path
    port: int
    api_port: int
    template: Path
    scale: Mapping[str, int] = field(default_factory=dict)
    faults: Path | None = None
    log_level: str = "info"
    playground: bool = True
    programs: Programs = field(default_factory=Programs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """Where the local cloud is, as its ``ready.json`` says."""

    endpoint: str
    region: str
    account: str
    outputs: str


def parse_scale(texts: list[str]) -> dict[str, int]:
    """``["ecs-deployer=2"]`` as a mapping.

    Raises:
        UpUsageError: no such service, or no such number.
    """
    scale: dict[str, int] = {}
    for text in texts:
        service, _, count = text.partition("=")
        if service not in SCALABLE or not count.isdigit() or not 1 <= int(count) <= MOST_INSTANCES:
            raise UpUsageError(
                f"--scale {text}: write SERVICE=N with N from 1 to {MOST_INSTANCES} and "
                f"SERVICE one of {', '.join(SCALABLE)}"
            )
        scale[service] = int(count)
    return scale


def cloud_spec(options: UpOptions, inherited: Mapping[str, str]) -> ProcessSpec:
    """The local cloud; it is ready when its ``ready.json`` is there."""
    folder = options.state_dir / "cloud"
    command = [*options.programs.cloud, "--port", str(options.port)]
    command += ["--state-dir", str(folder), "--template", str(options.template)]
    command += ["--template", str(options.template.with_name(NOTIFIER_TEMPLATE))]
    if options.faults is not None:
        command += ["--faults", str(options.faults)]
    ready_file = folder / "ready.json"
    ready_file.unlink(missing_ok=True)

    def ready(_line: str) -> Mapping[str, Any] | None:
        if not ready_file.exists():
            return None
        told: dict[str, Any] = json.loads(ready_file.read_text(encoding="utf-8"))
        return told

    return ProcessSpec(
        name=CLOUD, service=CLOUD, command=tuple(command), environment=_base(inherited), ready=ready
    )


def cloud_of(told: Mapping[str, Any]) -> Cloud:
    """What ``ready.json`` says."""
    return Cloud(
        endpoint=str(told["endpoint"]),
        region=str(told["region"]),
        account=str(told["account"]),
        outputs=str(told["outputs"]),
    )


def service_specs(options: UpOptions, cloud: Cloud, inherited: Mapping[str, str]) -> list[ProcessSpec]:
    """All instances of all services."""
    return [
        _instance(options, cloud, inherited, service=service, number=number)
        for service in options.programs.services
        for number in range(1, options.scale.get(service, 1) + 1)
    ]


def _instance(
    options: UpOptions, cloud: Cloud, inherited: Mapping[str, str], *, service: str, number: int
) -> ProcessSpec:
    name = service if number == 1 else f"{service}-{number}"
    access_key_id = f"LOCAL{name.replace('-', '').upper()}{secrets.token_hex(4).upper()}"
    environment = {
        **_base(inherited),
        **_THRIFTY,
        "AWS_ACCESS_KEY_ID": access_key_id,
        "AWS_SECRET_ACCESS_KEY": secrets.token_urlsafe(30),
        "AWS_REGION": cloud.region,
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "GITMOXI_MODE": "local",
        "GITMOXI_STACK_OUTPUTS": f"file:{cloud.outputs}",
        "GITMOXI_GIT_ALLOW_FILE": "1",
        "GITMOXI_GIT_FOLDER": str(options.state_dir / "git" / name),
        "GITMOXI_HEALTH_PORT": "0",
    }
    environment.setdefault("GITMOXI_LOG_LEVEL", options.log_level)
    if service == API:
        environment |= {"GITMOXI_API_HOST": "127.0.0.1", "GITMOXI_API_PORT": str(options.api_port)}
    return ProcessSpec(
        name=name,
        service=service,
        command=options.programs.services[service],
        environment=environment,
        first_environment=_failpoints(inherited, service, number),
        access_key_id=access_key_id,
    )


def playground_spec(options: UpOptions, cloud: Cloud, api: str, inherited: Mapping[str, str]) -> ProcessSpec:
    """The one-shot that makes the playground; it prints where that is."""
    folder = options.state_dir / "playground"
    command = [*options.programs.playground, "--folder", str(folder), "--endpoint", cloud.endpoint]
    command += ["--api", api, "--gmctl", str(Path(sys.executable).with_name("gmctl"))]
    return ProcessSpec(
        name="playground",
        service="playground",
        command=tuple(command),
        environment=_base(inherited),
        ready=lambda line: {"folder": line} if line == str(folder) else None,
    )


def _base(inherited: Mapping[str, str]) -> dict[str, str]:
    """Our own environment without anything of AWS's: nothing here may ever reach a real account."""
    kept = {
        name: value
        for name, value in inherited.items()
        if not name.startswith("AWS_") and name != FAILPOINTS and not name.startswith(f"{FAILPOINTS}_")
    }
    bypass = ",".join(filter(None, (inherited.get("NO_PROXY") or inherited.get("no_proxy"), _LOCAL_HOSTS)))
    return {**kept, "PYTHONUNBUFFERED": "1", "NO_PROXY": bypass, "no_proxy": bypass}


def _failpoints(inherited: Mapping[str, str], service: str, number: int) -> dict[str, str]:
    """Where tests let a process be killed: at its first start only, so that the next one lives."""
    own = inherited.get(f"{FAILPOINTS}_{service.replace('-', '_').upper()}") if number == 1 else None
    wanted = own if own is not None else inherited.get(FAILPOINTS, "")
    return {FAILPOINTS: wanted} if wanted else {}
