"""What goes wrong with functions on demand, and how AWS says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

FunctionFaultKind = Literal[
    "change_fails",
    "image_denied",
    "image_missing",
    "image_unsupported",
    "key_unusable",
    "object_denied",
    "provisioning_fails",
    "role_not_assumable",
    "role_without_network",
    "security_group_missing",
    "slow_change",
    "storage_full",
    "subnet_missing",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionFault:
    """What goes wrong with changes that ``match`` fits: every one if it is empty.

    ``match`` is a part of the function's name, of its code's S3 key or image URI, of its role,
    or of the name of one of its environment variables.

    ``kind`` is a refusal of ``refusals.REFUSALS`` (``role_not_assumable``, ``object_denied``, ...), or
    ``change_fails`` (accepted, then Failed with ``reason_code``: see ``refusals.REASONS`` for the
    words; ``reason`` overrides them), ``slow_change`` (``seconds`` more until it settles),
    or ``provisioning_fails`` (provisioned concurrency ends FAILED with ``reason``).
    """

    kind: FunctionFaultKind
    match: str = ""
    seconds: float = 0.0
    reason_code: str = "InternalError"
    reason: str = ""


@dataclass(slots=True)
class FunctionFaults:
    """The function faults in force; tests and the control API edit the list."""

    entries: list[FunctionFault] = field(default_factory=list)

    def of(self, kind: str, texts: frozenset[str] = frozenset()) -> Iterator[FunctionFault]:
        """The faults of a kind that fit one of ``texts``."""
        return (
            fault
            for fault in self.entries
            if fault.kind == kind and (not fault.match or any(fault.match in text for text in texts))
        )


def texts_of(name: str, *documents: Mapping[str, Any]) -> frozenset[str]:
    """What ``match`` is looked for in: the function's name, and members of requests and configurations."""
    found = {name}
    for document in documents:
        code = document.get("Code") or document
        variables = (document.get("Environment") or {}).get("Variables") or {}
        found |= {str(code[member]) for member in ("S3Key", "ImageUri") if member in code}
        found |= {str(document["Role"])} if "Role" in document else set()
        found |= set(variables)
    return frozenset(found)
