"""Render requests for the tests."""

from __future__ import annotations

from gitmoxi.domain.rendered import RenderRequest
from gitmoxi.domain.targets import TargetKind


def partial_request_for(template):
    """A request with one template and without an input file."""
    return RenderRequest(
        prefix="a/n",
        kind=TargetKind.ECS,
        files={"a/n_svcdef.json": template.encode()},
        references={},
        partial=True,
    )


def request_for(template, *, inputs='{"name": "web"}', references=None):
    """A request with one template, given as text or bytes."""
    return RenderRequest(
        prefix="a/n",
        kind=TargetKind.ECS,
        files={
            "a/n_svcdef.json": template if isinstance(template, bytes) else template.encode(),
            "a/n_input.json": inputs.encode(),
        },
        references={path: text.encode() for path, text in (references or {}).items()},
    )


GOOD = request_for('{"serviceName": "{{ name }}"}')
