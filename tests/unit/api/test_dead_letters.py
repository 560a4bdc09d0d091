"""Dead letters are shown without being moved, go back to work without being lost, and leave a trace."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from typing import Any

import httpx
import pytest

from gitmoxi.adapters.memory.dead_letters import MemoryDeadLetters
from gitmoxi.domain.states import Worker
from gitmoxi.errors import UnavailableError
from gitmoxi.ports.dead_letters import DeadLetter
from tests.unit.api.stage import T0

PLANNER = Worker.PLANNER
EVENT = json.dumps(
    {
        "detail-type": "commit.ingested.v1",
        "detail": {"repository_id": "r-1", "branch": "main", "seq": 7, "mode": "deploy", "nested": {"id": 1}},
    }
)


def a_letter(number: int = 1, **changes: Any) -> DeadLetter:
    values: dict[str, Any] = {
        "id": f"m-{number}",
        "body": EVENT,
        "attributes": {"DeadLetterReason": "not an event of ours"},
        "sent_at": T0 - timedelta(hours=1) + timedelta(minutes=number),
        "receive_count": 5,
        "receipt": "",
    }
    return DeadLetter(**values | changes)


class Cut(MemoryDeadLetters):
    """The line to SQS is cut before the n-th deletion."""

    deletions_left = 0

    async def delete(self, worker: Worker, letter: DeadLetter) -> None:
        if self.deletions_left == 0:
            raise UnavailableError("SQS does not answer")
        self.deletions_left -= 1
        await super().delete(worker, letter)


class TestListing:
    async def test_every_worker_has_a_queue(self, api):
        queues = (await api.get("/v1/dead-letters")).json()["queues"]
        assert [(queue["worker"], queue["messages"]) for queue in queues] == [(name, 0) for name in Worker]

    async def test_a_worker_that_is_not_installed_has_none(self, stage):
        stage.workers = (Worker.INGESTOR, PLANNER)
        async with stage.client() as api:
            queues = (await api.get("/v1/dead-letters")).json()["queues"]
        assert [queue["worker"] for queue in queues] == ["ingestor", "planner"]

    async def test_the_oldest_and_the_most_frequent_reason_are_told(self, api, stage):
        rare = a_letter(9, attributes={"DeadLetterReason": "rare"})
        stage.dead_letters.put(PLANNER, rare, a_letter(2), a_letter(1), a_letter(3))

        queues = (await api.get("/v1/dead-letters")).json()["queues"]

        [queue] = [queue for queue in queues if queue["worker"] == PLANNER]
        assert (queue["messages"], queue["reason"]) == (4, "not an event of ours")
        assert queue["oldest"] == a_letter(1).sent_at.isoformat().replace("+00:00", "Z")


class TestLooking:
    async def test_a_letter_says_what_it_is_about_and_why_it_lies_there(self, api, stage):
        stage.dead_letters.put(PLANNER, a_letter())

        answer = (await api.get("/v1/dead-letters/planner")).json()

        [letter] = answer["letters"]
        assert answer["messages"] == 1
        assert letter["detail_type"] == "commit.ingested.v1"
        assert letter["about"] == {"repository_id": "r-1", "branch": "main", "seq": "7"}
        assert (letter["reason"], letter["body"], letter["body_cut"]) == (
            "not an event of ours",
            EVENT,
            False,
        )

    async def test_they_are_shown_oldest_first_and_stay_for_others(self, api, stage):
        stage.dead_letters.put(PLANNER, *(a_letter(number) for number in range(25, 0, -1)))

        for _ in range(2):
            letters = (await api.get("/v1/dead-letters/planner", params={"limit": 100})).json()["letters"]
            assert [letter["id"] for letter in letters] == [f"m-{number}" for number in range(1, 26)]
        assert (await stage.dead_letters.depth(PLANNER)).in_flight == 0

    @pytest.mark.parametrize(
        ("attributes", "reason"),
        [
            pytest.param(
                {"ERROR_CODE": "NO_PERMISSIONS", "ERROR_MESSAGE": "the queue refuses"},
                "EventBridge could not deliver it: NO_PERMISSIONS: the queue refuses",
                id="by EventBridge",
            ),
            pytest.param({}, "No worker says why: it was received too often", id="by SQS"),
        ],
    )
    async def test_who_gave_it_up_says_why(self, api, stage, attributes, reason):
        stage.dead_letters.put(PLANNER, a_letter(attributes=attributes))
        [letter] = (await api.get("/v1/dead-letters/planner")).json()["letters"]
        assert letter["reason"].startswith(reason)

    @pytest.mark.parametrize("body", ["", "{", "[]", "7", "[" * 100_000, '{"detail": 7, "detail-type": []}'])
    async def test_what_is_no_event_is_shown_too(self, api, stage, body):
        stage.dead_letters.put(PLANNER, a_letter(body=body))
        [letter] = (await api.get("/v1/dead-letters/planner")).json()["letters"]
        assert (letter["detail_type"], letter["about"]) == (None, {})
        assert letter["body_cut"] == (len(body) > len(letter["body"]))

    async def test_a_secret_in_a_body_is_shown_to_nobody(self, api, stage):
        token = "ghp_" + secrets.token_hex(20)
        letter = a_letter(body=json.dumps({"x": token}), attributes={"DeadLetterReason": f"bad {token}"})
        stage.dead_letters.put(PLANNER, letter)

        shown = (await api.get("/v1/dead-letters/planner")).text + (await api.get("/v1/dead-letters")).text
        await api.post("/v1/dead-letters/planner/drop", json={"by": "ada", "message_id": "m-1"})

        assert token not in shown
        assert token not in str(await stage.ledger.audit(5))

    async def test_no_such_worker_is_refused(self, api):
        assert (await api.get("/v1/dead-letters/baker")).status_code == 422


class TestRedriving:
    async def test_all_go_back_with_their_bodies(self, api, stage):
        stage.dead_letters.put(PLANNER, *(a_letter(number) for number in range(12)))

        answer = await api.post("/v1/dead-letters/planner/redrive", json={"by": "ada"})

        assert len(answer.json()["messages"]) == 12
        assert answer.json()["left"] == 0
        assert stage.dead_letters.returned[PLANNER] == [(EVENT, {})] * 12

    async def test_one_goes_back_and_the_others_stay_visible(self, api, stage):
        stage.dead_letters.put(PLANNER, *(a_letter(number) for number in range(25)))

        answer = await api.post("/v1/dead-letters/planner/redrive", json={"by": "ada", "message_id": "m-13"})

        assert answer.json() == {"worker": "planner", "messages": ["m-13"], "left": 24}
        depth = await stage.dead_letters.depth(PLANNER)
        assert (depth.waiting, depth.in_flight) == (24, 0)

    async def test_who_did_it_is_in_the_audit_trail(self, api, stage):
        stage.dead_letters.put(PLANNER, a_letter(1), a_letter(2))
        await api.post("/v1/dead-letters/planner/redrive", json={"by": "ada"})
        [entry] = await stage.ledger.audit(5)
        assert entry.kind == "deadletter.redriven"
        assert entry.summary == "2 dead letters were sent back to planner by ada."
        assert entry.details == {"by": "ada", "worker": "planner", "messages": "m-1, m-2"}

    async def test_none_leaves_no_trace(self, api, stage):
        answer = await api.post("/v1/dead-letters/planner/redrive", json={"by": "ada"})
        assert answer.json()["messages"] == []
        assert await stage.ledger.audit(5) == []

    async def test_what_is_not_there_is_not_found(self, api, stage):
        answer = await api.post("/v1/dead-letters/planner/redrive", json={"by": "ada", "message_id": "m-9"})
        assert answer.status_code == 404
        assert "among the first 100" in answer.json()["detail"]

    async def test_cut_off_in_between_nothing_is_lost(self, api, stage):
        letters = Cut(stage.clock)
        letters.put(PLANNER, a_letter(1), a_letter(2))
        stage.dead_letters, letters.deletions_left = letters, 1

        transport = httpx.ASGITransport(app=stage.app())
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            answer = await client.post("/v1/dead-letters/planner/redrive", json={"by": "ada"})

        assert answer.status_code == 503
        assert len(letters.returned[PLANNER]) == 2
        [left] = await letters.receive(PLANNER, hold_seconds=1)
        assert left.id == "m-2", "sent twice at worst, which its worker bears"


class TestDropping:
    async def test_a_dropped_letter_is_kept_in_the_audit_trail(self, api, stage):
        stage.dead_letters.put(PLANNER, a_letter(1), a_letter(2))

        answer = await api.post("/v1/dead-letters/planner/drop", json={"by": "ada", "message_id": "m-1"})

        assert answer.json() == {"worker": "planner", "message": "m-1", "reason": "not an event of ours"}
        [entry] = await stage.ledger.audit(5)
        assert entry.summary == "A dead letter was dropped of planner by ada."
        assert (entry.details["body"], entry.details["reason"]) == (EVENT, "not an event of ours")
        [left] = await stage.dead_letters.receive(PLANNER, hold_seconds=1)
        assert left.id == "m-2"

    async def test_of_a_huge_one_the_beginning_and_a_digest_are_kept(self, api, stage):
        stage.dead_letters.put(PLANNER, a_letter(1, body="x" * 1_000_000))
        await api.post("/v1/dead-letters/planner/drop", json={"by": "ada", "message_id": "m-1"})
        [entry] = await stage.ledger.audit(5)
        assert (len(entry.details["body"]), entry.details["body_is"]) == (64 * 1024, "cut")
        assert len(entry.details["body_sha256"]) == 64

    async def test_what_is_not_there_is_not_found(self, api, stage):
        answer = await api.post("/v1/dead-letters/planner/drop", json={"by": "ada", "message_id": "m-1"})
        assert answer.status_code == 404
        assert await stage.ledger.audit(5) == []

    async def test_nobody_drops_them_all_at_once(self, api):
        answer = await api.post("/v1/dead-letters/planner/drop", json={"by": "ada"})
        assert answer.status_code == 422
