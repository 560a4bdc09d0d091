"""The process listens on this machine only, unless it is told that nobody authenticates."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import httpx
import pytest

from gitmoxi.runtime.settings import SettingsError
from gitmoxi_api.server import ApiServer, PortTakenError, address_of, listen
from gitmoxi_api.settings import load_api_settings
from tests.unit.api.stage import Stage


@pytest.fixture
def environment(monkeypatch):
    for name in list(os.environ):
        if name.startswith("GITMOXI_"):
            monkeypatch.delenv(name)
    return lambda **values: [monkeypatch.setenv(f"GITMOXI_API_{k}", v) for k, v in values.items()]


def test_by_default_it_listens_on_127_0_0_1_8080(environment):
    settings = load_api_settings()
    assert (settings.host, settings.port, settings.loopback_only) == ("127.0.0.1", 8080, True)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "api.internal"])
def test_an_address_that_others_reach_is_refused(environment, host):
    environment(HOST=host)
    with pytest.raises(SettingsError, match=r"GITMOXI_API_ALLOW_UNAUTHENTICATED=1"):
        load_api_settings()


def test_unless_that_is_said_to_be_meant(environment):
    environment(HOST="0.0.0.0", ALLOW_UNAUTHENTICATED="1")
    assert load_api_settings().loopback_only is False


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.2"])
def test_loopback_addresses_need_no_permission(environment, host):
    environment(HOST=host)
    assert load_api_settings().host == host


def test_a_port_that_is_none_is_named(environment):
    environment(PORT="web")
    with pytest.raises(SettingsError, match=r"GITMOXI_API_PORT=web: .*integer.*the port to listen on"):
        load_api_settings()


def test_the_process_refuses_with_a_clear_message_and_code_2():
    environment = {**os.environ, "GITMOXI_API_HOST": "0.0.0.0", "GITMOXI_API_ALLOW_UNAUTHENTICATED": ""}
    done = subprocess.run(
        [sys.executable, "-m", "gitmoxi_api"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("api: GITMOXI_API_HOST=0.0.0.0 is not a loopback address")
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_told_with_what_to_do():
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            PortTakenError, match=rf"127\.0\.0\.1:{port} cannot be listened on.*GITMOXI_API_PORT"
        ):
            listen("127.0.0.1", port)


def test_addresses_are_urls():
    with listen("127.0.0.1", 0) as listener:
        assert address_of(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"


async def test_it_serves_from_when_it_says_so_until_it_is_told_to_stop():
    ready, stop = asyncio.Event(), asyncio.Event()
    with listen("127.0.0.1", 0) as listener:
        address = address_of(listener)
        running = asyncio.create_task(ApiServer(Stage().app(), listener, ready.set).run(stop))
        await asyncio.wait_for(ready.wait(), 10)
        async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
            assert (await client.get("/healthz")).json() == {"status": "ok"}
        stop.set()
        await asyncio.wait_for(running, 10)
    with pytest.raises(httpx.TransportError):
        async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
            await client.get("/healthz")
