"""Every message that travels has the schema that is written down: a change is seen, and is a new version.

Run this file as a module to write the schemas of new messages down.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gitmoxi.contracts.messages import MESSAGES, Message

FOLDER = Path(__file__).parent / "messages"


def golden(message: type[Message]) -> Path:
    """By class, since facts share a detail-type's form under many names."""
    return FOLDER / f"{message.__name__}.json"


def schema_text(message: type[Message]) -> str:
    schema = {"detail-type": message.DETAIL_TYPE, **message.model_json_schema()}
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


@pytest.mark.parametrize("message", [pytest.param(m, id=m.__name__) for m in MESSAGES])
def test_the_schema_is_the_one_that_is_written_down(message):
    assert schema_text(message) == golden(message).read_text(encoding="utf-8"), (
        "receivers of the released version would break: make a new version of the message, or, if it was "
        "never released, run python -m tests.golden.test_messages"
    )


def test_nothing_else_is_written_down():
    assert {path.name for path in FOLDER.iterdir()} == {golden(message).name for message in MESSAGES}


@pytest.mark.parametrize("message", [pytest.param(m, id=m.__name__) for m in MESSAGES])
def test_every_detail_type_has_a_version_and_is_one_message_s_own(message):
    assert [m for m in MESSAGES if m.DETAIL_TYPE == message.DETAIL_TYPE] == [message]
    assert message.DETAIL_TYPE.rpartition(".")[2].startswith("v")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for known in MESSAGES:
        golden(known).write_text(schema_text(known), encoding="utf-8")
