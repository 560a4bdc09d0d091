"""The application: endpoints, guards and problems put together."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from gitmoxi.ports.bodies import BodyStore
from gitmoxi.ports.clock import Clock, Ids
from gitmoxi.ports.ledger import Ledger
from gitmoxi.ports.messaging import EventPublisher
from gitmoxi.ports.reachability import ReachabilityStore
from gitmoxi.runtime.metrics import Metrics
from gitmoxi.workflow.courier import Courier
from gitmoxi_api.asking_dry_runs import DryRunDesk
from gitmoxi_api.fleet import FleetCache
from gitmoxi_api.guards import Containment, Gatekeeper
from gitmoxi_api.operating import Operating
from gitmoxi_api.options import DEFAULTS, ApiOptions
from gitmoxi_api.parts import ApiParts
from gitmoxi_api.problems import Problem, handle_problems
from gitmoxi_api.routes import (
    approvals,
    baselines,
    commits,
    dead_letters,
    deployments,
    doctor,
    dry_runs,
    events,
    health,
    logs,
    orphans,
    pushes,
    repositories,
    retries,
    status,
    streams,
    targets,
    webhooks,
)
from gitmoxi_api.streaming.streams import Streams
from gitmoxi_api.webhooks.reception import Reception

_ROUTES = (
    repositories,
    pushes,
    webhooks,
    dry_runs,
    commits,
    baselines,
    approvals,
    deployments,
    streams,
    retries,
    targets,
    status,
    orphans,
    events,
    dead_letters,
    logs,
    doctor,
    health,
)
"""In the order in which the API's description lists them."""

_DESCRIPTION = """\
Deploys Amazon ECS services and AWS Lambda functions from Git.

The API registers repositories, hands pushes to the ingestor and shows what became of them. It moves no
deployment itself: commands are appended, and the deployment's owner decides.

Errors are RFC 9457 problems (`application/problem+json`); `detail` says what happened and what to do.
"""


def create_app(
    *,
    ledger: Ledger,
    reachability: ReachabilityStore,
    bodies: BodyStore,
    publisher: EventPublisher,
    clock: Clock,
    ids: Ids,
    metrics: Metrics,
    operating: Operating,
    options: ApiOptions = DEFAULTS,
) -> FastAPI:
    """The API as an ASGI application.

    Args:
        ledger: where all is read from; written are registrations, commands, dry runs, audit entries.
        reachability: what is known of the repositories' servers.
        bodies: where the lists of a commit's changes, and the reports of dry runs, lie.
        publisher: takes pushes, commands and dry runs to the bus.
        clock: for records and durations.
        ids: for deliveries, commands and requests.
        metrics: gets the duration of each request.
        operating: queues, logs and secrets.
        options: what an installation may choose.
    """
    courier = Courier(ledger=ledger, publisher=publisher)
    dry_runs = DryRunDesk(ledger=ledger, courier=courier, clock=clock, ids=ids, ttl=options.dry_run_ttl)
    parts = ApiParts(
        ledger=ledger,
        bodies=bodies,
        publisher=publisher,
        courier=courier,
        dry_runs=dry_runs,
        reception=_reception(dry_runs, publisher, operating, metrics),
        reachability=reachability,
        clock=clock,
        ids=ids,
        operating=operating,
        streams=_streams(ledger, clock, ids, options),
        allow_file=options.allow_file,
        fleet=FleetCache(ledger, clock),
    )
    return _application(parts, metrics, options)


def _reception(
    dry_runs: DryRunDesk, publisher: EventPublisher, operating: Operating, metrics: Metrics
) -> Reception:
    return Reception(
        ledger=dry_runs.ledger,
        secrets=operating.secrets,
        publisher=publisher,
        dry_runs=dry_runs,
        clock=dry_runs.clock,
        ids=dry_runs.ids,
        metrics=metrics,
    )


def _streams(ledger: Ledger, clock: Clock, ids: Ids, options: ApiOptions) -> Streams:
    return Streams(
        ledger=ledger,
        clock=clock,
        ids=ids,
        limit=options.max_streams,
        longest_pause_seconds=options.stream_pause_seconds,
    )


def _application(parts: ApiParts, metrics: Metrics, options: ApiOptions) -> FastAPI:
    """The endpoints on their ``parts``, behind their guards."""
    app = FastAPI(
        title="Gitmoxi",
        version="1",
        description=_DESCRIPTION,
        docs_url=None,  # its scripts come from elsewhere, and this API serves no pages yet
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.parts = parts
    for module in _ROUTES:
        app.include_router(module.router)
    handle_problems(app)
    app.add_middleware(
        Gatekeeper, loopback_only=options.loopback_only, webhook_hosts=frozenset(options.webhook_hosts)
    )
    app.add_middleware(Containment, clock=parts.clock, ids=parts.ids, metrics=metrics)
    app.openapi = lambda: openapi_document(app)  # type: ignore[method-assign]  # FastAPI's documented way
    return app


def openapi_document(app: FastAPI) -> dict[str, Any]:
    """The description of the API; problems, which no endpoint returns by itself, are added to it."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        document["components"]["schemas"] |= {**schema.pop("$defs"), "Problem": schema}
        app.openapi_schema = document
    return app.openapi_schema
