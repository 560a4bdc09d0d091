"""The limits under which a child renders; the parent's watchdog limits the wall clock on top of them."""

from __future__ import annotations

import math
import resource
import sys
from dataclasses import dataclass

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderLimits:
    """What one render may take.

    Attributes:
        wall_seconds: time until the parent kills the child; with the start of a new child, when the last one
            was lost, an answer still comes within 5 s.
        cpu_seconds: processor time until the kernel kills the child.
        memory_bytes: address space of the child, interpreter included.
        renders_per_child: renders after which a child is replaced, so that nothing can pile up in it.
    """

    wall_seconds: float = 4.0
    cpu_seconds: int = 3
    memory_bytes: int = 512 * _MIB
    renders_per_child: int = 1000


def confine_process(memory_bytes: int) -> None:
    """Takes from this process, for good, what rendering does not need.

    After this it opens no file and no socket, since no descriptor above the standard ones is granted, it
    writes no file and no core dump, and an allocation over the limit raises ``MemoryError``.
    """
    if sys.platform == "linux":  # other kernels refuse or ignore it; there the watchdog alone stands guard
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def allow_cpu(seconds: int) -> None:
    """Grants this process that much processor time from now on; then the kernel ends it (SIGXCPU)."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = math.ceil(used.ru_utime + used.ru_stime) + seconds
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, hard))
