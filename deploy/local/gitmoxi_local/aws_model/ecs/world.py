"""What all parts of the modelled ECS share: state, time, identifiers, faults and the agenda."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gitmoxi_local.aws_model.alarm_book import AlarmStates
from gitmoxi_local.aws_model.base import CallContext, Clock, Emit, Ids, ImageFault, ImageFaults
from gitmoxi_local.aws_model.capacity import Capacity
from gitmoxi_local.aws_model.ecs.speeds import Speeds
from gitmoxi_local.aws_model.ecs.state import Place, Region, Service, Task
from gitmoxi_local.aws_model.request_limits import RequestLimits

Entry = tuple[datetime, int, Place, str]


@dataclass(slots=True, kw_only=True)
class World:
    """State per account and region, and the order in which it changes by itself.

    A task or service carries its own ``due``; an agenda entry whose moment is no longer that
    ``due`` is void. While past changes are caught up with, ``now`` is the moment of the change.
    """

    clock: Clock
    ids: Ids
    faults: ImageFaults
    emit: Emit
    speeds: Speeds
    alarms: AlarmStates
    capacity: Capacity
    limits: RequestLimits
    regions: dict[Place, Region] = field(default_factory=dict)
    _agenda: list[Entry] = field(default_factory=list)
    _serial: int = 0
    _replayed: datetime | None = None

    def now(self) -> datetime:
        """The moment at which things happen."""
        return self._replayed or self.clock.now()

    def later(self, seconds: float) -> datetime:
        """``seconds`` from now."""
        return self.now() + timedelta(seconds=seconds)

    def region(self, context: CallContext) -> Region:
        """The state that a call is about; empty at first."""
        place = (context.account, context.region)
        return self.regions.setdefault(place, Region(account=place[0], region=place[1]))

    def schedule(self, place: Place, item: Task | Service, due: datetime | None) -> None:
        """Let ``item`` change next at ``due``, and at no other time; None for never."""
        item.due = due
        if due is not None:
            self._serial += 1
            heapq.heappush(self._agenda, (due, self._serial, place, item.arn))

    def catch_up(self, handle: Callable[[Region, Task | Service], None]) -> None:
        """Hand over everything whose time has come, in order; ``now`` is its moment meanwhile."""
        present = self.clock.now()
        try:
            while self._agenda and self._agenda[0][0] <= present:
                due, _, place, arn = heapq.heappop(self._agenda)
                item = self._item(place, arn)
                if item is not None and item.due == due:
                    self._replayed, item.due = due, None
                    handle(self.regions[place], item)
        finally:
            self._replayed = None

    def next_due(self) -> datetime | None:
        """The moment of the next change, or None if nothing will change by itself."""
        while self._agenda:
            due, _, place, arn = self._agenda[0]
            item = self._item(place, arn)
            if item is not None and item.due == due:
                return due
            heapq.heappop(self._agenda)
        return None

    def restore(self, regions: list[Region]) -> None:
        """Replace all state and plan its changes anew."""
        self.regions = {region.place: region for region in regions}
        self._agenda.clear()
        for region in regions:
            items: list[Task | Service] = [*region.tasks.values(), *region.services.values()]
            for item in items:
                self.schedule(region.place, item, item.due)

    def fault_of(self, images: list[str]) -> ImageFault | None:
        """The fault in force for the first of ``images`` that has one."""
        return next((fault for image in images if (fault := self.faults.of(image))), None)

    def uuid(self) -> str:
        """A fresh identifier in the form of a UUID."""
        text = self.ids.hex(32)
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

    def digits(self) -> str:
        """A fresh number of 19 digits, the form of deployment and service revision ids."""
        return f"{int(self.ids.hex(15), 16):019d}"

    def _item(self, place: Place, arn: str) -> Task | Service | None:
        region = self.regions.get(place)
        if region is None:
            return None
        return region.tasks.get(arn) or region.services.get(arn)
