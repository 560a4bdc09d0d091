"""The child process: reads requests from its standard input, renders, answers on its standard output.

Run as ``python -m gitmoxi.adapters.rendering.child MEMORY_BYTES CPU_SECONDS``.
"""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, BinaryIO

from gitmoxi.adapters.rendering.limits import allow_cpu, confine_process
from gitmoxi.adapters.rendering.wire import (
    LENGTH_BYTES,
    findings_message,
    frame,
    read_request,
    rendered_message,
    request_message,
)
from gitmoxi.domain.rendered import RenderRequest
from gitmoxi.domain.targets import TargetKind
from gitmoxi.rendering.errors import RenderError, render_error
from gitmoxi.rendering.objects import render_object

_WARM_UP_FILES = {
    "warm_svcdef.json": b'{{ "%s \\N{BULLET}" | format(b) | wordwrap(1) | tojson }}',
    "warm_taskdef.json": b"{% for a in b %}{{ c }}{% endfor %}",
    "warm_depdef.json": b"{% if %}",
    "warm_input.json": '{"ref": {"file": ["t"], "type": "TERRAFORM"}, "a": "é", "b": "x"}'.encode(),
}
"""Good, failing and broken: what Jinja imports late, above all to explain a syntax error, is loaded by it."""

_WARM_UP_ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
"""Whatever ``json.detect_encoding`` may answer."""


def main() -> None:
    """Answers requests until the parent closes the pipe."""
    memory_bytes, cpu_seconds = int(sys.argv[1]), int(sys.argv[2])
    _warm_up()
    confine_process(memory_bytes)
    _write(sys.stdout.buffer, frame({"ready": True}))
    while (message := _read(sys.stdin.buffer)) is not None:
        allow_cpu(cpu_seconds)
        _write(sys.stdout.buffer, _answer(message))


def _warm_up() -> None:
    """Loads every module and codec that rendering loads late: a confined process can open no file."""
    for encoding in _WARM_UP_ENCODINGS:
        codecs.lookup(encoding)
    request = RenderRequest(
        prefix="warm",
        kind=TargetKind.ECS,
        files=_WARM_UP_FILES,
        references={"t": b'{"s": {"value": [1.5], "sensitive": true}}'},
    )
    for warm in (request, replace(request, references={}, partial=True)):
        _answer(request_message(warm))


def _answer(message: Mapping[str, Any]) -> bytes:
    request = read_request(message)
    try:
        rendered = render_object(
            prefix=request.prefix,
            kind=request.kind,
            files=request.files,
            references=request.references,
            partial=request.partial,
        )
        return frame({"rendered": rendered_message(rendered)})
    except RenderError as error:
        return frame({"findings": findings_message(error.findings)})
    except (MemoryError, RecursionError):
        pass  # answered below, when what the exception's frames held has been freed
    return frame({"findings": findings_message(_too_much(request).findings)})


def _too_much(request: RenderRequest) -> RenderError:
    return render_error(
        file=request.prefix,
        rule="template.limit",
        message="rendering needs more memory than it may have",
        advice="look for loops and repetitions that run away",
    )


def _read(stream: BinaryIO) -> dict[str, Any] | None:
    length = stream.read(LENGTH_BYTES)
    if len(length) < LENGTH_BYTES:
        return None
    message: dict[str, Any] = json.loads(stream.read(int.from_bytes(length, "big")))
    return message


def _write(stream: BinaryIO, data: bytes) -> None:
    stream.write(data)
    stream.flush()


if __name__ == "__main__":
    main()
