"""``make demo``: a stranger's first minute with Gitmoxi, done with gmctl, git and boto3 alone."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.rule import Rule

from gitmoxi_local.surroundings import EXAMPLES, client_of, provide

GMCTL = Path(sys.executable).with_name("gmctl")
BRANCH = "main"
START_SECONDS = 60.0
STOP_SECONDS = 40.0
BAD_IMAGE = "public.ecr.aws/nginx/nginx:does-not-exist"

console = Console(highlight=False)


class DemoError(Exception):
    """Something did not come out as shown; the text says what was expected."""


@dataclass
class Demo:
    """The play, act by act, in a temporary folder."""

    folder: Path
    _up: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _addresses: dict[str, Any] = field(default_factory=dict, init=False)

    @property
    def repository(self) -> Path:
        return self.folder / "repository"

    @property
    def url(self) -> str:
        return f"file://{self.repository}"

    def play(self) -> None:
        acts: list[tuple[str, Callable[[], None]]] = [
            ("Start the local cloud, the services and the API", self.start),
            ("What Terraform would have made: a cluster, a bucket with the function's code", self.provide),
            ("A Git repository is registered and its first commit creates both", self.create),
            ("One commit updates both", self.update),
            ("A commit with a bad image: breaker, rollback, and the reason", self.break_it),
            ("git revert: the repository and the cloud agree again", self.revert),
            ("A commit deletes the function's files, so the function goes", self.delete),
            ("A push sent by anyone who may put events, instead of gmctl", self.push_event),
        ]
        for number, (title, act) in enumerate(acts, start=1):
            console.print(Rule(f"[bold]{number}. {title}", align="left", style="cyan"))
            act()
        console.print(Rule("[bold]All deployments", align="left", style="cyan"))
        self.gmctl("deployment", "get", "-n", "20")

    def start(self) -> None:
        log = (self.folder / "up.log").open("wb")
        faults = self.folder / "faults.json"
        faults.write_text(json.dumps({"images": [{"match": BAD_IMAGE, "kind": "cannot_pull"}]}))
        options = [
            "--no-playground",
            "--port=0",
            "--api-port=0",
            f"--state-dir={self.folder / 'state'}",
            f"--faults={faults}",
        ]
        self._up = subprocess.Popen(  # noqa: S603 - our own program
            [GMCTL, "up", *options],
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            env=_environment(),
        )
        self._addresses = self._wait_until_ready(self._up)
        console.print(f"local cloud {self._addresses['endpoint']}   API {self._addresses['api']}")

    def provide(self) -> None:
        provide(self._addresses["endpoint"])
        console.print("cluster demo, s3://demo-function-code/greeter-1.zip, greeter-2.zip")

    def create(self) -> None:
        shutil.copytree(EXAMPLES, self.repository)
        self.git("init", "--quiet", f"--initial-branch={BRANCH}")
        self.commit("The web service and the greeter")
        self.gmctl("repo", "add", "-r", self.url, "-b", BRANCH)
        self.deploy()
        self.expect("web runs 2 tasks", lambda: self.service()["runningCount"] == 2)  # noqa: PLR2004
        self.expect("greeter answers as version 1", lambda: self.greeting() == "1")

    def update(self) -> None:
        self.edit("services/web/web_input.json", image="public.ecr.aws/nginx/nginx:1.28", greeting="good day")
        self.edit("functions/greeter/greeter_lambdainput.json", code_key="greeter-2.zip", memory_mb=256)
        self.commit("nginx 1.28, greeter 2")
        self.deploy()
        self.expect("web runs nginx 1.28", lambda: self.image().endswith(":1.28"))
        self.expect("greeter answers as version 2", lambda: self.greeting() == "2")

    def break_it(self) -> None:
        self.edit("services/web/web_input.json", image=BAD_IMAGE)
        self.commit("An image that nobody pushed")
        self.deploy(expected=1)
        self.expect("web is back at nginx 1.28", lambda: self.image().endswith(":1.28"))
        self.expect("web never lost a task", lambda: self.service()["runningCount"] == 2)  # noqa: PLR2004

    def revert(self) -> None:
        self.git("revert", "--no-edit", "HEAD")
        self.deploy()
        self.expect("web still runs nginx 1.28", lambda: self.image().endswith(":1.28"))

    def delete(self) -> None:
        for path in sorted((self.repository / "functions/greeter").glob("greeter_*.json")):
            path.unlink()
        self.commit("The greeter retires")
        self.deploy()
        names = [f["FunctionName"] for f in self.client("lambda").list_functions()["Functions"]]
        self.expect("greeter is gone", lambda: "greeter" not in names)

    def push_event(self) -> None:
        self.edit("services/web/web_input.json", greeting="good evening")
        sha = self.commit("Another greeting")
        entry = {
            "Source": "my.ci",
            "DetailType": "gitmoxi.push.v1",
            "Detail": json.dumps({"repository": self.url, "branch": BRANCH}),
        }
        console.print("[dim]$ aws events put-events --entries", json.dumps([entry]))
        answer = self.client("events").put_events(Entries=[entry])
        self.expect("EventBridge took the event", lambda: answer["FailedEntryCount"] == 0)
        self.gmctl("commit", "deploy", "-r", self.url, "-b", BRANCH, "--wait", "--timeout=60")
        self.expect("the new greeting runs", lambda: self.environment_of_web() == "good evening")
        console.print(f"[dim]commit {sha[:12]} was deployed by the event")

    def stop(self) -> None:
        """End everything that was started; children end with it."""
        if self._up is None or self._up.poll() is not None:
            return
        self._up.send_signal(signal.SIGTERM)
        try:
            self._up.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._up.kill()
            self._up.wait()
            raise DemoError(f"gmctl up did not stop within {STOP_SECONDS:.0f} s") from None

    def deploy(self, *, expected: int = 0) -> None:
        arguments = ("commit", "deploy", "-r", self.url, "-b", BRANCH, "--wait", "--timeout=80")
        self.gmctl(*arguments, expected=expected)

    def gmctl(self, *arguments: str, expected: int = 0) -> None:
        console.print(f"[dim]$ gmctl {' '.join(arguments)}", soft_wrap=True)
        env = {**_environment(), "GITMOXI_ENDPOINT_URL": self._addresses["api"]}
        done = subprocess.run([GMCTL, *arguments], check=False, env=env, cwd=self.folder)  # noqa: S603 - our own program
        if done.returncode != expected:
            raise DemoError(f"gmctl {arguments[0]} ended with {done.returncode}, expected {expected}")

    def git(self, *arguments: str) -> str:
        console.print(f"[dim]$ git {' '.join(arguments)}", soft_wrap=True)
        identity = ("-c", "user.name=Demo", "-c", "user.email=demo@example.org")
        done = subprocess.run(  # noqa: S603 - git with our own arguments
            ["git", *identity, *arguments],  # noqa: S607 - the user's own git
            check=True,
            cwd=self.repository,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(self, message: str) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "-m", message)
        return self.git("rev-parse", "HEAD")

    def edit(self, path: str, **values: Any) -> None:
        file = self.repository / path
        file.write_text(json.dumps({**json.loads(file.read_text()), **values}, indent=2) + "\n")

    def client(self, service: str) -> Any:
        return client_of(service, self._addresses["endpoint"])

    def service(self) -> Any:
        return self.client("ecs").describe_services(cluster="demo", services=["web"])["services"][0]

    def container(self) -> Any:
        arn = self.service()["taskDefinition"]
        found = self.client("ecs").describe_task_definition(taskDefinition=arn)
        return found["taskDefinition"]["containerDefinitions"][0]

    def image(self) -> str:
        return str(self.container()["image"])

    def environment_of_web(self) -> str:
        return str(self.container()["environment"][0]["value"])

    def greeting(self) -> str:
        answer = self.client("lambda").invoke(FunctionName="greeter", Qualifier="live", Payload=b"{}")
        return str(json.load(answer["Payload"])["version"])

    def expect(self, what: str, holds: Callable[[], bool]) -> None:
        if not holds():
            raise DemoError(f"AWS does not show it: {what}")
        console.print(f"[green]✓[/green] {what}")

    def _wait_until_ready(self, up: subprocess.Popen[bytes]) -> dict[str, Any]:
        file, limit = self.folder / "state" / "up.json", time.monotonic() + START_SECONDS
        while time.monotonic() < limit and up.poll() is None:
            if file.exists() and (found := json.loads(file.read_text())).get("ready"):
                return dict(found)
            time.sleep(0.1)
        raise DemoError("gmctl up did not get ready")


def main() -> int:
    """Play the demo; 0 when everything came out as shown."""
    started = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="gitmoxi-demo-"))
    demo = Demo(folder)
    try:
        try:
            demo.play()
        finally:
            demo.stop()
    except (DemoError, OSError, subprocess.CalledProcessError) as error:
        console.print(f"[bold red]The demo failed: {error}")
        log = folder / "up.log"
        if log.exists():
            console.print(f"[red]The end of {log}:")
            sys.stdout.write(log.read_text(errors="replace")[-4000:])
        return 1
    shutil.rmtree(folder)
    console.print(f"[bold green]Done in {time.monotonic() - started:.0f} s; nothing is left running.")
    return 0


def _environment() -> dict[str, str]:
    """The caller's environment without what would lead gmctl or AWS clients elsewhere."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "GITMOXI_"))}


if __name__ == "__main__":
    sys.exit(main())
