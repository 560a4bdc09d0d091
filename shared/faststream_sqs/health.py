"""ASGI routes for probes: is the process alive, is it ready for work."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from faststream.asgi import AsgiResponse, HttpHandler, get
from faststream.asgi.response import JSONResponse

from faststream_sqs.broker import SQSBroker

OK = 200
UNAVAILABLE = 503


def health_routes(*brokers: SQSBroker) -> Sequence[tuple[str, HttpHandler]]:
    """`/healthz` and `/readyz` for `AsgiFastStream(..., asgi_routes=health_routes(broker))`.

    `/healthz` is 200 while every consumer's polling and heartbeat make progress, whatever AWS answers: a
    restart would not mend AWS. `/readyz` is 200 when there is a consumer, none is stopping, and the last poll
    of each succeeded. Both answer 503 otherwise, and tell every consumer's state as JSON.
    """

    def states() -> list[dict[str, Any]]:
        return [asdict(state) for broker in brokers for state in broker.health()]

    @get(description="Whether the polling and the heartbeat of every consumer make progress.")
    async def healthz(scope: Any) -> AsgiResponse:  # noqa: ARG001 - FastStream passes it
        found = states()
        return _answer(all(state["polls_alive"] and state["heartbeat_alive"] for state in found), found)

    @get(description="Whether every consumer receives from its queue.")
    async def readyz(scope: Any) -> AsgiResponse:  # noqa: ARG001 - FastStream passes it
        found = states()
        ready = bool(found) and all(state["receives"] and not state["draining"] for state in found)
        return _answer(ready, found)

    return (("/healthz", healthz), ("/readyz", readyz))


def _answer(well: bool, states: list[dict[str, Any]]) -> AsgiResponse:  # noqa: FBT001 - the one thing it answers
    body = {"status": "ok" if well else "unavailable", "consumers": states}
    return JSONResponse(body, status_code=OK if well else UNAVAILABLE)
