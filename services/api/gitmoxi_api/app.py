"""The application: endpoints, guards and problems put together."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from gitmoxi.ports.bodies import BodyStore
from gitmoxi.ports.clock import Clock, Ids
from gitmoxi.ports.ledger import Ledger
from gitmoxi.ports.messaging import EventPublisher
from gitmoxi.runtime.metrics import Metrics
from gitmoxi.workflow.courier import Courier
from gitmoxi_api.guards import Containment, Gatekeeper
from gitmoxi_api.parts import ApiParts
from gitmoxi_api.problems import Problem, handle_problems
from gitmoxi_api.routes import (
    approvals,
    baselines,
    commits,
    deployments,
    dry_runs,
    events,
    health,
    orphans,
    pushes,
    repositories,
    retries,
    targets,
)

_ROUTES = (
    repositories,
    pushes,
    dry_runs,
    commits,
    baselines,
    approvals,
    deployments,
    retries,
    targets,
    orphans,
    events,
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
    bodies: BodyStore,
    publisher: EventPublisher,
    clock: Clock,
    ids: Ids,
    metrics: Metrics,
    allow_file: bool = False,
    dry_run_ttl: timedelta = timedelta(hours=24),
    loopback_only: bool = True,
) -> FastAPI:
    """The API as an ASGI application.

    Args:
        ledger: where all is read from; written are registrations, commands, dry runs and audit entries.
        bodies: where the lists of a commit's changes, and the reports of dry runs, lie.
        publisher: takes pushes, commands and dry runs to the bus.
        clock: for records and durations.
        ids: for deliveries, commands and requests.
        metrics: gets the duration of each request.
        allow_file: ``file://`` repositories may be registered.
        dry_run_ttl: how long a dry run and its report can be asked for.
        loopback_only: requests must be addressed to this machine by a loopback name.
    """
    app = FastAPI(
        title="Gitmoxi",
        version="1",
        description=_DESCRIPTION,
        docs_url=None,  # its scripts come from elsewhere, and this API serves no pages yet
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.parts = ApiParts(
        ledger=ledger,
        bodies=bodies,
        publisher=publisher,
        courier=Courier(ledger=ledger, publisher=publisher),
        clock=clock,
        ids=ids,
        allow_file=allow_file,
        dry_run_ttl=dry_run_ttl,
    )
    for module in _ROUTES:
        app.include_router(module.router)
    handle_problems(app)
    app.add_middleware(Gatekeeper, loopback_only=loopback_only)
    app.add_middleware(Containment, clock=clock, ids=ids, metrics=metrics)
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
