"""The API's process, wired by hand."""

from __future__ import annotations

import socket
from datetime import timedelta

from gitmoxi.adapters.aws.account import StsAccount
from gitmoxi.adapters.aws.dead_letters import SqsDeadLetters
from gitmoxi.adapters.aws.service_logs import CloudWatchServiceLogs
from gitmoxi.runtime.foundation import Foundation, borrowed, open_foundation
from gitmoxi.runtime.lifecycle import run_until_signal
from gitmoxi.runtime.logging import get_logger
from gitmoxi.runtime.settings import Mode, Settings
from gitmoxi.runtime.stack_outputs import StackOutputs, load_stack_outputs
from gitmoxi_api.app import create_app
from gitmoxi_api.operating import Operating
from gitmoxi_api.options import ApiOptions
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
            operating = await _operating(foundation)
            server = _server(foundation, api_settings, operating, listener)
            return await run_until_signal([foundation.shipper, server])


async def _operating(foundation: Foundation) -> Operating:
    outputs, clients = foundation.outputs, foundation.clients

    async def current() -> dict[str, str]:
        found = await load_stack_outputs(foundation.settings, lambda: borrowed(clients, "ssm"))
        return _by_key(found)

    return Operating(
        dead_letters=SqsDeadLetters(
            await clients.client("sqs"), queue_url=outputs.queue_url, dlq_url=outputs.dlq_url
        ),
        logs=CloudWatchServiceLogs(await clients.client("logs"), outputs.service_log_group),
        secrets=foundation.secrets,
        account=StsAccount(clients),
        workers=outputs.workers,
        outputs=_by_key(outputs),
        current_outputs=current,
        mode=foundation.settings.mode.value,
    )


def _by_key(outputs: StackOutputs) -> dict[str, str]:
    return outputs.model_dump(by_alias=True, exclude_none=True)


def _server(
    foundation: Foundation, api_settings: ApiSettings, operating: Operating, listener: socket.socket
) -> ApiServer:
    app = create_app(
        ledger=foundation.ledger,
        reachability=foundation.reachability,
        bodies=foundation.bodies,
        publisher=foundation.publisher,
        clock=foundation.clock,
        ids=foundation.ids,
        metrics=foundation.metrics,
        operating=operating,
        options=ApiOptions(
            allow_file=foundation.settings.mode is Mode.LOCAL and foundation.settings.git_allow_file,
            dry_run_ttl=timedelta(hours=api_settings.dryrun_ttl_hours),
            loopback_only=api_settings.loopback_only,
            webhook_hosts=api_settings.webhook_hosts,
            max_streams=api_settings.max_streams,
            stream_pause_seconds=api_settings.stream_pause_seconds,
        ),
    )

    def ready() -> None:
        get_logger().info("service.ready", instance=foundation.instance, endpoint=address_of(listener))

    return ApiServer(app, listener, ready)
