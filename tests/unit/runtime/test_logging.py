"""Logs are JSON events, one per line, with the message's context and no secrets."""

from __future__ import annotations

import io
import json
import logging

import pytest
import structlog
from pydantic import SecretStr

from gitmoxi.runtime.logging import configure_logging, get_logger, log_canonical, message_context
from gitmoxi.runtime.redaction import REDACTED, Redactor
from gitmoxi.runtime.settings import LogLevel


class Logs:
    def __init__(self):
        self.stream = io.StringIO()
        self.shipped: list[str] = []
        self.redactor = Redactor()

    def configure(self, level=LogLevel.INFO):
        configure_logging(
            service="planner",
            level=level,
            redactor=self.redactor,
            stream=self.stream,
            canonical_sink=self.shipped.append,
        )

    @property
    def lines(self):
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def logs():
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    logs = Logs()
    logs.configure()
    yield logs
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers = handlers
    root.setLevel(level)


def test_an_event_is_one_line_of_json_that_begins_with_when_how_bad_and_what(logs):
    get_logger().info("deployment.ticked", because="all\ntasks run")
    (line,) = logs.lines
    assert list(line)[:3] == ["timestamp", "level", "event"]
    assert line["timestamp"].endswith("Z")
    assert (line["level"], line["event"], line["service"]) == ("info", "deployment.ticked", "planner")
    assert line["because"] == "all\ntasks run"


def test_the_level_drops_what_is_below(logs):
    logs.configure(LogLevel.WARNING)
    get_logger().info("quiet.event")
    get_logger().warning("loud.event")
    assert [line["event"] for line in logs.lines] == ["loud.event"]


def test_a_message_binds_its_context_once(logs):
    with message_context(deployment_id="d1"):
        get_logger().info("one.event")
        get_logger().info("two.event")
    get_logger().info("three.event")
    assert [line.get("deployment_id") for line in logs.lines] == ["d1", "d1", None]


def test_secrets_do_not_reach_the_log(logs):
    token = "ghp_" + "a1" * 18
    canary = "canary-" + "z" * 12
    logs.redactor.remember(canary)
    get_logger().info("git.failed", url=f"https://u:{canary}@h/r", why=token, password=SecretStr(token))
    text = logs.stream.getvalue()
    assert token not in text
    assert canary not in text
    assert text.count(REDACTED) == 3


def test_exceptions_are_redacted_too(logs):
    token = "glpat-" + "a1" * 12
    get_logger().error("git.failed", exc_info=RuntimeError(f"refused {token}"))
    (line,) = logs.lines
    assert token not in logs.stream.getvalue()
    assert f"RuntimeError: refused {REDACTED}" in line["exception"]


def test_libraries_log_in_the_same_shape(logs):
    logging.getLogger("some.module").warning("odd %s", "AKIA" + "Q7" * 8)
    logging.getLogger("botocore").info("request with headers")
    (line,) = logs.lines
    assert (line["event"], line["logger"], line["level"]) == (f"odd {REDACTED}", "some.module", "warning")


def test_only_canonical_lines_are_shipped(logs):
    get_logger().info("small.event")
    log_canonical("message.handled", outcome="success")
    (shipped,) = logs.shipped
    assert json.loads(shipped) == logs.lines[1]
    assert logs.lines[1]["canonical"] is True
