"""What the endpoints stand on, made once by whoever creates the application."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request

from gitmoxi.ports.bodies import BodyStore
from gitmoxi.ports.clock import Clock, Ids
from gitmoxi.ports.ledger import Ledger
from gitmoxi.ports.messaging import EventPublisher
from gitmoxi.workflow.courier import Courier
from gitmoxi_api.fleet import FleetCache


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiParts:
    """``allow_file``: ``file://`` repositories may be registered; ``dry_run_ttl``: of reports."""

    ledger: Ledger
    bodies: BodyStore
    publisher: EventPublisher
    courier: Courier
    clock: Clock
    ids: Ids
    allow_file: bool
    dry_run_ttl: timedelta
    fleet: FleetCache


def parts_of(request: Request) -> ApiParts:
    """The parts of the application that serves ``request``."""
    parts: ApiParts = request.app.state.parts
    return parts


Parts = Annotated[ApiParts, Depends(parts_of)]
