"""A client of the local cloud's control API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from gitmoxi_local.faults import (
    ActiveFault,
    CallFaultSpec,
    CapacitySpec,
    FaultPlan,
    FunctionFaultSpec,
    ImageFaultSpec,
)
from gitmoxi_local.journal import JournalEntry


class LocalCloudClientError(RuntimeError):
    """The local cloud refused a control call; the text is its reason."""


@dataclass(slots=True, kw_only=True)
class LocalCloudClient:
    """Reads the journal and sets faults of a running local cloud."""

    endpoint: str
    _http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        # trust_env off: a proxy has no business between two ends of a loopback.
        self._http = httpx.Client(base_url=f"{self.endpoint}/_gitmoxi/", timeout=10.0, trust_env=False)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def health(self) -> Mapping[str, Any]:
        """The state of the local cloud; ``status`` is ``ok`` or ``degraded``."""
        health: Mapping[str, Any] = self._call("GET", "health")
        return health

    def journal(
        self,
        *,
        since: int = 0,
        service: str | None = None,
        action: str | None = None,
        caller: str | None = None,
        mutations: bool = False,
    ) -> list[JournalEntry]:
        """Journal entries after position ``since`` that fit, oldest first."""
        wanted = {"service": service, "action": action, "caller": caller}
        params: dict[str, str] = {name: value for name, value in wanted.items() if value is not None}
        params |= {"since": str(since), "mutations": "1" if mutations else "0"}
        return [JournalEntry(**entry) for entry in self._call("GET", "journal", params=params)["entries"]]

    def mutations(self, service: str, action: str | None = None, *, since: int = 0) -> list[JournalEntry]:
        """The successful mutations of a service after position ``since``."""
        entries = self.journal(since=since, service=service, action=action, mutations=True)
        return [entry for entry in entries if entry.error is None]

    def last_seq(self) -> int:
        """The journal's present position, to count from there."""
        return int(self.health()["journal_seq"])

    def counters(self) -> dict[str, int]:
        """Calls by ``service.Action``, refused ones also by ``service.Action!status``."""
        counters: dict[str, int] = self._call("GET", "counters")
        return counters

    def set_journal_detail(self, services: Iterable[str]) -> None:
        """Choose the services that are journaled call by call; ``all`` for every one."""
        self._call("PUT", "journal", json={"detail": sorted(services)})

    def outputs(self) -> dict[str, str]:
        """The outputs of the installed stacks."""
        outputs: dict[str, str] = self._call("GET", "outputs")
        return outputs

    def faults(self) -> list[ActiveFault]:
        """The faults in force."""
        return [ActiveFault.model_validate(fault) for fault in self._call("GET", "faults")["faults"]]

    def add_faults(
        self,
        *,
        images: Sequence[ImageFaultSpec] = (),
        functions: Sequence[FunctionFaultSpec] = (),
        calls: Sequence[CallFaultSpec] = (),
        capacity: Sequence[CapacitySpec] = (),
        request_limits: bool = False,
        seed: int | None = None,
    ) -> list[ActiveFault]:
        """Put faults into force; returns them with their ids."""
        plan = FaultPlan(
            seed=seed,
            images=tuple(images),
            functions=tuple(functions),
            calls=tuple(calls),
            capacity=tuple(capacity),
            request_limits=request_limits,
        )
        answer = self._call("POST", "faults", json=plan.model_dump(mode="json"))
        return [ActiveFault.model_validate(fault) for fault in answer["faults"]]

    def remove_fault(self, fault_id: str) -> None:
        """Lift one fault."""
        self._call("DELETE", f"faults/{fault_id}")

    def clear_faults(self) -> None:
        """Lift all faults."""
        self._call("DELETE", "faults")

    def _call(self, method: str, path: str, **arguments: Any) -> Any:
        response = self._http.request(method, path, **arguments)
        document = response.json()
        if response.is_error:
            raise LocalCloudClientError(str(document.get("error", response.status_code)))
        return document
