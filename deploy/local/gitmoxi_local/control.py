"""The local cloud's own API under ``/_gitmoxi/``: health, journal, counters, faults, stack outputs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from typing import Any

from gitmoxi_local.calls import Reply, Request
from gitmoxi_local.faults import Faults, FaultsError, parse_plan
from gitmoxi_local.journal import Journal

_PREFIX = "/_gitmoxi"


class _BadRequestError(ValueError):
    """What the caller asked for cannot be understood; the text says why."""


@dataclass(slots=True, kw_only=True)
class ControlApi:
    """Answers ``/_gitmoxi/...`` with JSON; errors are ``{"error": text}``.

    ``health`` gives the body of GET /_gitmoxi/health; ``outputs`` is filled once the control
    plane is installed.
    """

    journal: Journal
    faults: Faults
    health: Callable[[], Mapping[str, Any]]
    forget_past: Callable[[], None]
    outputs: dict[str, str] = field(default_factory=dict)

    def answer(self, request: Request) -> Reply:
        """The reply to one request."""
        resource, _, name = request.path.removeprefix(f"{_PREFIX}/").partition("/")
        handlers: Mapping[tuple[str, str], Callable[[Request, str], Any]] = {
            ("GET", "health"): lambda _request, _name: self.health(),
            ("GET", "outputs"): lambda _request, _name: self.outputs,
            ("GET", "counters"): lambda _request, _name: dict(sorted(self.journal.counters.items())),
            ("GET", "journal"): self._journal,
            ("PUT", "journal"): self._set_detail,
            ("GET", "faults"): lambda _request, _name: {"faults": self._listed()},
            ("POST", "faults"): self._add_faults,
            ("DELETE", "faults"): self._remove_faults,
        }
        handler = handlers.get((request.method, resource))
        if handler is None:
            return _reply(HTTPStatus.NOT_FOUND, {"error": f"no {request.method} {request.path} here"})
        try:
            return _reply(HTTPStatus.OK, handler(request, name))
        except (FaultsError, _BadRequestError) as error:
            return _reply(HTTPStatus.BAD_REQUEST, {"error": str(error)})

    def _journal(self, request: Request, _name: str) -> Mapping[str, Any]:
        query = request.query()
        entries = self.journal.entries(
            since=_integer(query, "since"),
            service=query.get("service"),
            action=query.get("action"),
            caller=query.get("caller"),
            mutations_only=query.get("mutations", "0") not in {"", "0", "false"},
        )
        return {"last_seq": self.journal.last_seq, "entries": [asdict(entry) for entry in entries]}

    def _set_detail(self, request: Request, _name: str) -> Mapping[str, Any]:
        try:
            services = json.loads(request.body)["detail"]
            self.journal.detail = frozenset(map(str, services))
        except (ValueError, KeyError, TypeError) as error:
            raise _BadRequestError(
                'expected {"detail": [service, ...]}, service "all" for every one'
            ) from error
        return {"detail": sorted(self.journal.detail)}

    def _add_faults(self, request: Request, _name: str) -> Mapping[str, Any]:
        plan = parse_plan(request.body.decode("utf-8", errors="replace"), source="request body")
        return {"faults": [fault.model_dump(exclude_none=True) for fault in self.faults.add(plan)]}

    def _remove_faults(self, _request: Request, name: str) -> Mapping[str, Any]:
        if not name:
            removed = self.faults.clear()
        elif self.faults.remove(name):
            removed = 1
        else:
            raise _BadRequestError(f"no fault {name!r} is in force")
        if not self.faults.longest_staleness():
            self.forget_past()
        return {"removed": removed}

    def _listed(self) -> list[dict[str, Any]]:
        return [fault.model_dump(exclude_none=True) for fault in self.faults.active()]


def _integer(query: Mapping[str, str], name: str) -> int:
    text = query.get(name, "0")
    try:
        return int(text)
    except ValueError as error:
        raise _BadRequestError(f"{name} must be a whole number, not {text!r}") from error


def _reply(status: HTTPStatus, document: Any) -> Reply:
    return Reply(
        status=int(status),
        headers={"content-type": "application/json"},
        body=json.dumps(document, default=str).encode(),
    )
