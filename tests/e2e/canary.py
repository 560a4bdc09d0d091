"""Searches a whole installation for secrets: whatever it wrote, stored, queued and answers."""

from __future__ import annotations

import base64
import itertools
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from tests.e2e.installation import Installation

KEPT_BY_SECRETS_MANAGER = re.compile(r"(^|/)secretsmanager[^/]*$")
"""The local cloud's own storage of secrets: they have to lie somewhere."""

_HELD_SECONDS = 60
"""A message that is looked at is hidden for so long, so that the next look gives another one."""


@dataclass(frozen=True)
class Sighting:
    """A secret where none may be: the place, and how it is spelt there."""

    place: str
    spelling: str


Text = tuple[str, bytes]
"""A place's name, and what lies there."""


def sightings(texts: Iterable[Text], secrets: Iterable[str]) -> list[Sighting]:
    """Where any of the secrets can be read: raw, URL-encoded, in hex or base64, also behind a user's name."""
    wanted = [
        (name, spelling)
        for secret in secrets
        for name, spelt in spellings(secret).items()
        for spelling in spelt
    ]
    return [
        Sighting(place=place, spelling=name)
        for place, text in texts
        for name, spelling in wanted
        if spelling in text
    ]


def spellings(secret: str) -> dict[str, set[bytes]]:
    """Worked out apart from the code that redacts: one mistake must not hide in both."""
    raw = secret.encode()
    return {
        "raw": {raw},
        "JSON": {json.dumps(secret)[1:-1].encode()},
        "URL-encoded": {quote(secret, safe="").encode(), quote(secret, safe="").lower().encode()},
        "hex": {raw.hex().encode(), raw.hex().upper().encode()},
        "base64": {_inner(raw, before) for before in range(3)} | {base64.urlsafe_b64encode(raw).rstrip(b"=")},
        "Basic": {
            base64.b64encode(f"{user}:{secret}".encode())
            for user in ("git", "oauth2", "x-access-token", "x-token-auth")
        },
    }


def _inner(raw: bytes, before: int) -> bytes:
    """What stays the same of the secret in base64, when so many bytes stand before it and any behind."""
    aligned = raw[-before % 3 :]
    return base64.b64encode(aligned[: len(aligned) // 3 * 3])


def everything(installation: Installation) -> Iterator[Text]:
    """All places, each by name."""
    for places in (_files, _tables, _queues, _log_groups, _objects, _parameters, _answers, _processes):
        yield from places(installation)


def _files(installation: Installation) -> Iterator[Text]:
    """Logs, mirrors with their configuration, and what the local cloud keeps."""
    for path in sorted(installation.folder.rglob("*")):
        name = path.relative_to(installation.folder).as_posix()
        if path.is_file() and not KEPT_BY_SECRETS_MANAGER.search(name):
            yield f"file {name}", _content(path)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""  # the installation is alive, and had it only for a moment


def _tables(installation: Installation) -> Iterator[Text]:
    client = installation.client("dynamodb")
    for page in client.get_paginator("list_tables").paginate():
        for table in page["TableNames"]:
            for found in client.get_paginator("scan").paginate(TableName=table):
                yield f"table {table}", _shown(found["Items"])


def _queues(installation: Installation) -> Iterator[Text]:
    client = installation.client("sqs")
    for url in client.list_queues().get("QueueUrls", ()):
        held = []
        while messages := client.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=_HELD_SECONDS,
            WaitTimeSeconds=0,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        ).get("Messages", ()):
            held += messages
            yield f"queue {url.rpartition('/')[2]}", _shown(messages)
        for message in held:
            client.change_message_visibility(
                QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )


def _log_groups(installation: Installation) -> Iterator[Text]:
    client = installation.client("logs")
    for page in client.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            name = group["logGroupName"]
            for found in client.get_paginator("filter_log_events").paginate(logGroupName=name):
                yield f"log group {name}", _shown(found["events"])


def _objects(installation: Installation) -> Iterator[Text]:
    client = installation.client("s3")
    for bucket in client.list_buckets()["Buckets"]:
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket["Name"]):
            for item in page.get("Contents", ()):
                found = client.get_object(Bucket=bucket["Name"], Key=item["Key"])
                yield f"object {bucket['Name']}/{item['Key']}", found["Body"].read()


def _parameters(installation: Installation) -> Iterator[Text]:
    client = installation.client("ssm")
    for page in client.get_paginator("get_parameters_by_path").paginate(Path="/", Recursive=True):
        yield "parameters", _shown(page["Parameters"])


def _answers(installation: Installation) -> Iterator[Text]:
    """Every reading call of the API: the lists, and each thing that a list names by its ``id``."""
    with httpx.Client(base_url=installation.up["api"], timeout=10, trust_env=False) as api:
        paths = [path for path, calls in api.get("/openapi.json").json()["paths"].items() if "get" in calls]
        for path in (path for path in paths if "{" not in path):
            answer = _read(api, path)
            yield f"GET {path}", _told(answer)
            below = [other for other in paths if re.fullmatch(rf"{re.escape(path)}/\{{\w+\}}(/\w+)?", other)]
            for one in below:
                for identity in _identities(answer):
                    address = re.sub(r"\{\w+\}", quote(identity, safe=""), one)
                    yield f"GET {address}", _told(_read(api, address))


def _read(api: httpx.Client, path: str) -> httpx.Response:
    """An answer; of a stream what it sends before it waits for news."""
    with api.stream("GET", path) as answer:
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer.read()
            return answer
        last = "event: end" if "/deployments/" in path else "event: live"
        lines = itertools.takewhile(lambda line: line != last, answer.iter_lines())
        return httpx.Response(answer.status_code, headers=answer.headers, text="\n".join(lines))


def _identities(answer: httpx.Response) -> list[str]:
    if not answer.headers.get("content-type", "").endswith("json"):
        return []
    lists = [value for value in answer.json().values() if isinstance(value, list)]
    return [str(item["id"]) for items in lists for item in items if isinstance(item, dict) and "id" in item]


def _told(answer: httpx.Response) -> bytes:
    return str(dict(answer.headers)).encode() + answer.content


def _processes(installation: Installation) -> Iterator[Text]:
    """What is seen of our processes, and of those that they started, from outside."""
    names = {pid: name for name, pid in installation.up["pids"].items()}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(ProcessLookupError):
            if (group := os.getpgid(int(folder.name))) in names:
                for kind in ("cmdline", "environ"):
                    yield f"{kind} of {names[group]}", _content(folder / kind)


def _shown(value: Any) -> bytes:
    return json.dumps(value, default=_as_text, ensure_ascii=False).encode()


def _as_text(value: Any) -> str:
    return bytes(value).decode(errors="replace") if hasattr(value, "__bytes__") else str(value)
