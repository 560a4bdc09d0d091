"""A request whose answer is lost is sent again as the same request."""

from __future__ import annotations

import pytest

from gitmoxi_gmctl import requesting
from gitmoxi_gmctl.exits import RefusedError, UnreachableError
from gitmoxi_gmctl.target_replies import Requested

ANSWER = Requested(deployment_id="d-new", restores="d-1", behind=None)


class Api:
    """Loses so many answers, and remembers under which ids it was asked."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.asked: list[str] = []

    def __call__(self, request_id: str) -> Requested:
        self.asked.append(request_id)
        if self.faults:
            raise self.faults.pop(0)
        return ANSWER


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(requesting, "pause", lambda: None)


def test_the_same_id_is_sent_until_there_is_an_answer():
    api = Api(UnreachableError("no answer"), UnreachableError("no answer"))

    assert requesting.send(api) == ANSWER
    assert len(api.asked) == 3
    assert len(set(api.asked)) == 1


def test_an_api_that_stays_away_is_given_up():
    api = Api(*[UnreachableError("no answer")] * 3)

    with pytest.raises(UnreachableError):
        requesting.send(api)


def test_what_is_refused_is_not_sent_again():
    api = Api(RefusedError("No.", 409))

    with pytest.raises(RefusedError):
        requesting.send(api)
    assert len(api.asked) == 1


def test_two_requests_have_two_ids():
    first, second = Api(), Api()
    requesting.send(first)
    requesting.send(second)

    assert first.asked != second.asked
