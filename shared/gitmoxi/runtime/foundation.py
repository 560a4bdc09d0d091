"""What every service stands on: settings, the control plane's names, stores, messages, logs and metrics."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from gitmoxi.adapters.aws.messaging import EventBridgePublisher, SqsWaker
from gitmoxi.adapters.aws.rate_limits import RateLimits
from gitmoxi.adapters.aws.secrets import AwsSecrets
from gitmoxi.adapters.aws.sessions import AwsClients, AwsClientSettings
from gitmoxi.adapters.aws.system_clock import SystemClock, UlidIds
from gitmoxi.adapters.dynamodb.leases import DynamoLeaseStore
from gitmoxi.adapters.dynamodb.ledger import DynamoLedger
from gitmoxi.adapters.dynamodb.wire import Tables
from gitmoxi.adapters.remembered_secrets import RememberedSecrets
from gitmoxi.adapters.s3.bodies import S3BodyStore
from gitmoxi.ports.secrets import Secrets
from gitmoxi.runtime.failpoints import FailPoint, load_failpoints
from gitmoxi.runtime.log_shipper import LogShipper
from gitmoxi.runtime.logging import configure_logging
from gitmoxi.runtime.metrics import EmfMetrics
from gitmoxi.runtime.redaction import Redactor
from gitmoxi.runtime.settings import Mode, Settings
from gitmoxi.runtime.stack_outputs import StackOutputs, load_stack_outputs
from gitmoxi.workflow.courier import Courier
from gitmoxi.workflow.lease_keeper import LeaseTimes

LOCAL_SHARE = 100.0
"""The local cloud has no quotas of AWS's to keep to: a laptop's demo need not wait for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundation:
    """Built once for a process; ``instance`` names it among its kind.

    ``secrets`` opens its clients at the first read: most processes never read one. ``redactor`` keeps
    what is remembered there out of the logs.
    """

    service: str
    instance: str
    settings: Settings
    outputs: StackOutputs
    clients: AwsClients
    limits: RateLimits
    clock: SystemClock
    ids: UlidIds
    ledger: DynamoLedger
    leases: DynamoLeaseStore
    bodies: S3BodyStore
    secrets: Secrets
    redactor: Redactor
    publisher: EventBridgePublisher
    waker: SqsWaker
    courier: Courier
    metrics: EmfMetrics
    shipper: LogShipper
    edge: FailPoint


@asynccontextmanager
async def open_foundation(service: str, settings: Settings) -> AsyncIterator[Foundation]:
    """Everything that ``service`` stands on, closed at the end.

    Raises:
        InvalidInputError: the settings or the stack's outputs cannot be used.
        RetryableError: AWS is out of reach.
    """
    clock = SystemClock()
    ids = UlidIds(clock)
    async with AwsClients(_client_settings(settings)) as clients:
        outputs = await load_stack_outputs(settings, lambda: _borrowed(clients, "ssm"))
        instance = f"{service}-{os.getpid()}"

        def now_ms() -> int:
            return int(clock.now().timestamp() * 1000)

        shipper = LogShipper(
            client_factory=lambda: _borrowed(clients, "logs"),
            group=_log_group(outputs, service),
            stream=f"{instance}-{ids.ulid()}",
            now_ms=now_ms,
        )
        redactor = _logging(service, settings, shipper)
        tables = _tables(outputs)
        dynamodb = await clients.client("dynamodb")
        ledger = DynamoLedger(dynamodb, tables, clock)
        publisher = EventBridgePublisher(await clients.client("events"), outputs.bus_name, clock)
        edge = load_failpoints(settings)
        yield Foundation(
            service=service,
            instance=instance,
            settings=settings,
            outputs=outputs,
            clients=clients,
            limits=RateLimits(clock, share=_limits_share(settings)),
            clock=clock,
            ids=ids,
            ledger=ledger,
            leases=DynamoLeaseStore(dynamodb, tables),
            bodies=S3BodyStore(await clients.client("s3"), outputs.snapshot_bucket),
            secrets=_secrets(clients, settings, clock, redactor),
            redactor=redactor,
            publisher=publisher,
            waker=SqsWaker(await clients.client("sqs"), outputs.queue_url),
            courier=Courier(ledger=ledger, publisher=publisher, edge=edge),
            metrics=EmfMetrics(service=service, emit=shipper.offer, now_ms=now_ms),
            shipper=shipper,
            edge=edge,
        )


@asynccontextmanager
async def _borrowed(clients: AwsClients, service: str) -> AsyncIterator[Any]:
    """A client that lives as long as ``clients``: leaving the context closes nothing."""
    yield await clients.client(service)


def _logging(service: str, settings: Settings, shipper: LogShipper) -> Redactor:
    """Set logging up; what it redacts."""
    redactor = Redactor()
    configure_logging(
        service=service, level=settings.log_level, redactor=redactor, canonical_sink=shipper.offer
    )
    return redactor


def _secrets(
    clients: AwsClients, settings: Settings, clock: SystemClock, redactor: Redactor
) -> RememberedSecrets:
    source = AwsSecrets(clients, installation=settings.installation, learn=redactor.remember)
    return RememberedSecrets(source, clock)


def _client_settings(settings: Settings) -> AwsClientSettings:
    """Clients give up within the time that the lease grants a call."""
    share = settings.lease_times.call_timeout / LeaseTimes().call_timeout
    usual = AwsClientSettings(region=settings.aws_region)
    return AwsClientSettings(
        region=settings.aws_region,
        local=settings.mode is Mode.LOCAL,
        deploy_role_name=settings.deploy_role_name,
        connect_timeout_seconds=usual.connect_timeout_seconds * share,
        read_timeout_seconds=usual.read_timeout_seconds * share,
    )


def _limits_share(settings: Settings) -> float:
    """AWS counts all callers of an account together: the processes of a service share its limits."""
    return LOCAL_SHARE if settings.mode is Mode.LOCAL else settings.limits_share


def _tables(outputs: StackOutputs) -> Tables:
    return Tables(
        repositories=outputs.repositories_table,
        commits=outputs.commits_table,
        deployments=outputs.deployments_table,
        targets=outputs.targets_table,
        outbox=outputs.outbox_table,
        audit=outputs.audit_table,
    )


def _log_group(outputs: StackOutputs, service: str) -> str:
    return outputs.log_group_of(service)
