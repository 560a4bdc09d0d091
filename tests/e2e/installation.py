"""A whole installation as a stranger runs it: ``gmctl up`` in a folder of its own."""

from __future__ import annotations

import io
import json
import os
import secrets
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import localstack_client.session

from gitmoxi_local.client import LocalCloudClient

GMCTL = Path(sys.executable).with_name("gmctl")
ENDS = (
    "deployment.succeeded.v1",
    "deployment.failed.v1",
    "deployment.rolled_back.v1",
    "deployment.rollback_failed.v1",
    "deployment.superseded.v1",
    "deployment.cancelled.v1",
)

FAST = {
    "GITMOXI_LEASE_TTL_SECONDS": "9",
    "GITMOXI_VISIBILITY_SECONDS": "6",
    "GITMOXI_GIT_POLL_SECONDS": "0",
}
"""A crash is noticed within seconds, and nothing but events finds a push."""


@dataclass(frozen=True)
class Ran:
    """What ``gmctl`` answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def text(self) -> str:
        return f"exit {self.code}\n{self.out}\n{self.err}"


@dataclass
class Installation:
    """Starts everything, and ends it by its process id; nothing is left running."""

    folder: Path
    env: Mapping[str, str] = field(default_factory=dict)
    scale: Mapping[str, int] = field(default_factory=dict)
    playground: bool = False
    state_name: str = "state"
    start_timeout: float = 90.0

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.state = self.folder / self.state_name
        self._log = (self.folder / "up.log").open("wb")
        options = [f"--scale={name}={count}" for name, count in self.scale.items()]
        options.append("--playground" if self.playground else "--no-playground")
        self._up = subprocess.Popen(
            [GMCTL, "up", "--port=0", "--api-port=0", f"--state-dir={self.state}", *options],
            cwd=self.folder,
            env={**_clean_environment(), **FAST, **self.env},
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self._wait_until_ready()
        self.cloud = LocalCloudClient(endpoint=self.up["endpoint"])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if hasattr(self, "cloud"):
            self.cloud.close()
        if self._up.poll() is None:
            self._up.send_signal(signal.SIGTERM)
            try:
                self._up.wait(40)
            except subprocess.TimeoutExpired:
                self._up.kill()
                self._up.wait()
        self._log.close()

    @property
    def up(self) -> dict[str, Any]:
        """``up.json``: addresses, processes, restarts."""
        state: dict[str, Any] = json.loads((self.state / "up.json").read_text())
        return state

    @property
    def restarts(self) -> dict[str, int]:
        """How often each process was started again; those that never died are left out."""
        return {name: count for name, count in self.up["restarts"].items() if count}

    @property
    def log(self) -> str:
        return (self.folder / "up.log").read_text(errors="replace")

    def service_log(self, name: str) -> list[dict[str, Any]]:
        """The JSON lines that a service has written."""
        lines = (self.state / "logs" / f"{name}.log").read_text(errors="replace").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def gmctl(self, *arguments: str, timeout: float = 120) -> Ran:
        done = subprocess.run(
            [GMCTL, *arguments],
            env={**_clean_environment(), "GITMOXI_ENDPOINT_URL": self.up["api"]},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def deploy(self, repository: GitRepository, *options: str, timeout: int = 100) -> Ran:
        """``gmctl commit deploy --wait``."""
        return self.gmctl(
            *("commit", "deploy", "-r", repository.url, "-b", "main", "--wait", "--timeout", str(timeout)),
            *options,
            timeout=timeout + 20,
        )

    def client(self, service: str, region: str = "us-east-1") -> Any:
        """A plain boto3 client of the local cloud, under a key of the tests' own."""
        host, _, port = self.up["endpoint"].removeprefix("http://").partition(":")
        session = localstack_client.session.Session(
            aws_access_key_id="e2e-tests",
            aws_secret_access_key=secrets.token_hex(8),
            region_name=region,
            localstack_host=f"{host}:{port}",
        )
        return session.client(service, endpoint_url=self.up["endpoint"])

    def api(self, path: str) -> Any:
        """A reading call of the HTTP API."""
        answer = httpx.get(f"{self.up['api']}{path}", timeout=10, trust_env=False)
        answer.raise_for_status()
        return answer.json()

    def deployments(self, sha: str) -> list[dict[str, Any]]:
        """The deployments of a commit, as the CLI lists them, by path-prefix."""
        ran = self.gmctl("deployment", "get", "-c", sha, "-n", "50", "--output", "json")
        assert ran.code == 0, ran.text
        found: list[dict[str, Any]] = ran.json["deployments"]
        return sorted(found, key=lambda item: item["prefix"])

    def _wait_until_ready(self) -> None:
        limit = time.monotonic() + self.start_timeout
        while time.monotonic() < limit:
            if self._up.poll() is not None:
                raise RuntimeError(f"gmctl up ended with {self._up.returncode}:\n{self.log}")
            if (self.state / "up.json").exists() and self.up.get("ready"):
                return
            time.sleep(0.1)
        self._up.kill()
        raise RuntimeError(f"gmctl up is not ready after {self.start_timeout} s:\n{self.log}")


class FactQueue:
    """A queue of the test's own on the installation's bus: waiting is a long poll, never a sleep."""

    def __init__(self, installation: Installation, detail_types: Iterable[str] = ENDS) -> None:
        outputs = installation.cloud.outputs()
        name = f"e2e-facts-{secrets.token_hex(4)}"
        events, self._sqs = installation.client("events"), installation.client("sqs")
        self._url = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])["Attributes"]
        pattern = {"source": ["gitmoxi"], "detail-type": list(detail_types)}
        events.put_rule(Name=name, EventBusName=outputs["BusName"], EventPattern=json.dumps(pattern))
        events.put_targets(
            Rule=name, EventBusName=outputs["BusName"], Targets=[{"Id": "queue", "Arn": arn["QueueArn"]}]
        )
        self.seen: list[dict[str, Any]] = []

    def wait_for(self, count: int, *, timeout: float = 100) -> list[dict[str, Any]]:
        """The details of ``count`` facts about different deployments."""
        limit = time.monotonic() + timeout
        while len({fact["deployment_id"] for fact in self.seen}) < count:
            assert time.monotonic() < limit, f"{len(self.seen)} of {count} facts: {self.seen}"
            self._receive()
        return self.seen

    def wait_until(self, wanted: Callable[[dict[str, Any]], bool], *, timeout: float = 100) -> None:
        """Until a fact is as it is ``wanted``."""
        limit = time.monotonic() + timeout
        while not any(map(wanted, self.seen)):
            assert time.monotonic() < limit, f"not among the facts: {self.seen}"
            self._receive()

    def _receive(self) -> None:
        answer = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10, WaitTimeSeconds=5)
        for message in answer.get("Messages", ()):
            event = json.loads(message["Body"])
            self.seen.append({**event["detail"], "detail_type": event["detail-type"]})
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])


class GitRepository:
    """A repository that the test commits to with Git's own command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"file://{folder}"
        folder.mkdir(parents=True)
        self._git("init", "--quiet", "--initial-branch=main")

    def commit(
        self, files: Mapping[str, str | None] = {}, message: str = "change", *, empty: bool = False
    ) -> str:
        """Write files (None deletes), commit, and give the commit's hash."""
        for path, content in files.items():
            target = self.folder / path
            if content is None:
                target.unlink()
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(content)
        self._git("add", "--all")
        self._git("commit", "--quiet", *(["--allow-empty"] if empty else []), "-m", message)
        return self._git("rev-parse", "HEAD")

    def rewind(self, sha: str) -> None:
        """Force the branch back to an older commit."""
        self._git("reset", "--quiet", "--hard", sha)

    def switch_to_new(self, branch: str) -> None:
        """From now on commits go to ``branch``, which begins where the present one is."""
        self._git("switch", "--quiet", "--create", branch)

    def _git(self, *arguments: str) -> str:
        identity = {
            "GIT_AUTHOR_NAME": "e2e",
            "GIT_AUTHOR_EMAIL": "e2e@example.org",
            "GIT_COMMITTER_NAME": "e2e",
            "GIT_COMMITTER_EMAIL": "e2e@example.org",
        }
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env={**os.environ, **identity},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()


def code_zip(source: str) -> bytes:
    """A deployment package with one module, ``app``."""
    return zip_of({"app.py": source})


def zip_of(files: Mapping[str, str]) -> bytes:
    """A deployment package."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def put_code(installation: Installation, bucket: str, objects: Mapping[str, bytes], region: str) -> None:
    """Code where Terraform would have put it."""
    s3 = installation.client("s3", region)
    where: Any = (
        {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    )
    s3.create_bucket(Bucket=bucket, **where)
    for key, content in objects.items():
        s3.put_object(Bucket=bucket, Key=key, Body=content)


def callers(entries: Sequence[Any]) -> set[str]:
    return {entry.caller for entry in entries}


def _clean_environment() -> dict[str, str]:
    """The environment without anything that would steer AWS clients or Gitmoxi elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "GITMOXI_"))}
