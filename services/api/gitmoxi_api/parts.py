"""What the endpoints stand on, made once by whoever creates the application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from gitmoxi.ports.bodies import BodyStore
from gitmoxi.ports.clock import Clock, Ids
from gitmoxi.ports.ledger import Ledger
from gitmoxi.ports.messaging import EventPublisher
from gitmoxi.ports.reachability import ReachabilityStore
from gitmoxi.workflow.courier import Courier
from gitmoxi_api.asking_dry_runs import DryRunDesk
from gitmoxi_api.fleet import FleetCache
from gitmoxi_api.operating import Operating
from gitmoxi_api.streaming.streams import Streams
from gitmoxi_api.webhooks.reception import Reception


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiParts:
    """``allow_file``: ``file://`` repositories may be registered."""

    ledger: Ledger
    bodies: BodyStore
    publisher: EventPublisher
    courier: Courier
    dry_runs: DryRunDesk
    reception: Reception
    reachability: ReachabilityStore
    clock: Clock
    ids: Ids
    operating: Operating
    streams: Streams
    allow_file: bool
    fleet: FleetCache


async def parts_of(request: Request) -> ApiParts:
    """The parts of the application that serves ``request``.

    It waits for nothing; FastAPI takes what is no coroutine to a thread, and half the time of an answer.
    """
    parts: ApiParts = request.app.state.parts
    return parts


Parts = Annotated[ApiParts, Depends(parts_of)]
