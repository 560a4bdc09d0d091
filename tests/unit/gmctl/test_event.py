"""``gmctl event``: the audit trail, narrowed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gitmoxi.domain.records import AuditEntry
from tests.unit.api.stage import URL


@pytest.fixture
def past(world, given):
    now = datetime.now(UTC)
    for name, ago, kind, url in (
        ("e1", timedelta(days=3), "push.refused", URL),
        ("e2", timedelta(hours=1), "push.refused", "https://git.example.com/other"),
        ("e3", timedelta(minutes=1), "rollback.requested", URL),
    ):
        entry = AuditEntry(
            id=name, at=now - ago, kind=kind, summary=f"No. {name}", details={"repository": url}
        )
        given(world.ledger.put_audit(entry))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param((), ["e3", "e2", "e1"], id="all"),
        pytest.param(("-r", URL), ["e3", "e1"], id="of a repository"),
        pytest.param(("--kind", "push"), ["e2", "e1"], id="of a kind"),
        pytest.param(("--since", "2h"), ["e3", "e2"], id="of two hours"),
        pytest.param(("--since", "90s"), ["e3"], id="of ninety seconds"),
        pytest.param(("--since", "2001-01-01"), ["e3", "e2", "e1"], id="since a day"),
        pytest.param(("--since", "7d", "-n", "1"), ["e3"], id="the newest"),
    ],
)
def test_the_trail_is_narrowed(gmctl, past, options, expected):
    assert [
        item["id"] for item in gmctl("event", "list", *options, "--output", "json").json["events"]
    ] == expected
    table = gmctl("event", "list", *options).out
    assert [name for name in ("e3", "e2", "e1") if f"No. {name}" in table] == expected


@pytest.mark.parametrize("text", ["soon", "5", "2w", "9999999d", "999999d", "2026-13-01"])
def test_a_moment_that_is_none_is_wrong_usage(gmctl, text):
    done = gmctl("event", "list", "--since", text)
    assert done.code == 2
    assert done.err.startswith(f"gmctl: --since {text} is no moment: write 90s, 30m, 2h, 7d, or a time as ")
