"""Task sizes: the units of task-level cpu and memory, and the pairs that Fargate offers."""

from __future__ import annotations

import re

from gitmoxi_local.aws_model.ecs import errors

_STEP = 1024
_SIZES: dict[int, frozenset[int]] = {
    256: frozenset({512, 1024, 2048}),
    512: frozenset(range(1024, 4096 + 1, _STEP)),
    1024: frozenset(range(2048, 8192 + 1, _STEP)),
    2048: frozenset(range(4096, 16384 + 1, _STEP)),
    4096: frozenset(range(8192, 30720 + 1, _STEP)),
    8192: frozenset(range(16384, 61440 + 1, 4 * _STEP)),
    16384: frozenset(range(32768, 122880 + 1, 8 * _STEP)),
}
"""MiB by CPU units (API_RegisterTaskDefinition, memory)."""

_CPU = re.compile(r"(?P<units>\d+)|(?P<vcpu>\d*\.?\d+)\s*vcpu", re.IGNORECASE)
_MEMORY = re.compile(r"(?P<mib>\d+)|(?P<gb>\d*\.?\d+)\s*gb", re.IGNORECASE)


def offers(cpu: int, memory: int) -> bool:
    """Whether Fargate has a configuration of ``cpu`` units and ``memory`` MiB."""
    return memory in _SIZES.get(cpu, frozenset())


def cpu_units(text: str) -> int:
    """CPU units of ``512`` or ``.5 vCPU`` (API_RegisterTaskDefinition, cpu)."""
    found = _CPU.fullmatch(text.strip())
    if found is None:
        raise errors.client(f"Invalid 'cpu' setting for task: {text}")
    return int(found["units"]) if found["units"] else round(float(found["vcpu"]) * 1024)


def memory_mib(text: str) -> int:
    """MiB of ``2048`` or ``2 GB`` (API_RegisterTaskDefinition, memory)."""
    found = _MEMORY.fullmatch(text.strip())
    if found is None:
        raise errors.client(f"Invalid 'memory' setting for task: {text}")
    return int(found["mib"]) if found["mib"] else round(float(found["gb"]) * 1024)
