"""The API's process, wired by hand."""

from __future__ import annotations

import socket
from datetime import timedelta

from gitmoxi.runtime.foundation import Foundation, open_foundation
from gitmoxi.runtime.lifecycle import run_until_signal
from gitmoxi.runtime.logging import get_logger
from gitmoxi.runtime.settings import Mode, Settings
from gitmoxi_api.app import create_app
from gitmoxi_api.server import ApiServer, address_of, listen
from gitmoxi_api.settings import ApiSettings

SERVICE = "api"


async def serve(settings: Settings, api_settings: ApiSettings) -> int:
    """Serve until a signal; the process's exit code.

    Raises:
        GitmoxiError: it cannot start; the message says why.
    """
    listener = listen(api_settings.host, api_settings.port)
    with listener:
        async with open_foundation(SERVICE, settings) as foundation:
            server = _server(foundation, api_settings, listener)
            return await run_until_signal([foundation.shipper, server])


def _server(foundation: Foundation, api_settings: ApiSettings, listener: socket.socket) -> ApiServer:
    app = create_app(
        ledger=foundation.ledger,
        bodies=foundation.bodies,
        publisher=foundation.publisher,
        clock=foundation.clock,
        ids=foundation.ids,
        metrics=foundation.metrics,
        allow_file=foundation.settings.mode is Mode.LOCAL and foundation.settings.git_allow_file,
        dry_run_ttl=timedelta(hours=api_settings.dryrun_ttl_hours),
        loopback_only=api_settings.loopback_only,
        max_streams=api_settings.max_streams,
        stream_pause_seconds=api_settings.stream_pause_seconds,
    )

    def ready() -> None:
        get_logger().info("service.ready", instance=foundation.instance, endpoint=address_of(listener))

    return ApiServer(app, listener, ready)
