"""Every command of the README, typed in its order, where what it speaks of is there."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gitmoxi_local.faults import ImageFaultSpec
from gitmoxi_local.surroundings import EXAMPLES, provide
from tests.e2e.documents import ROOT, Terminal, commands_of
from tests.e2e.installation import GitRepository, Installation

pytestmark = pytest.mark.xdist_group("e2e-readme")

ELSEWHERE = {
    "make demo": "tests/e2e/test_demo.py",
    "make test": "this is one of its tests",
    "make up": "the installation that these commands are typed into",
    "source .venv/bin/activate": "the PATH of these commands",
    "gmctl watch": "tests/e2e/test_watching.py",
}
"""Commands, as far as their comments, that are proved by another test, and by which."""

PLACE = "file:///path/to/repository"
FAILED = "d-0123456789abcdef0123"
VALUES = "services/web/web_input.json"
BAD_IMAGE = "public.ecr.aws/nginx/nginx:broken"


class Story:
    """What has to be there before a command of the README makes sense."""

    def __init__(self, installation: Installation, folder: Path) -> None:
        self.installation = installation
        provide(installation.up["endpoint"])
        self.repository = GitRepository(folder / "repository")
        files = [path for path in EXAMPLES.rglob("*") if path.is_file()]
        self.repository.commit({str(path.relative_to(EXAMPLES)): path.read_text() for path in files})
        self.failed = ""

    def before(self, command: str) -> None:
        """Set the scene for a command."""
        scenes: dict[str, Callable[[], object]] = {
            "gmctl rollback web --wait": lambda: self.deployed(image="public.ecr.aws/nginx/nginx:1.28"),
            "gmctl deployment retry": self.a_failure_whose_cause_is_gone,
            "gmctl undelete web": self.web_is_deleted,
            "gmctl init --cluster prod": self.a_service_of_somebody,
        }
        for beginning, scene in scenes.items():
            if command.startswith(beginning):
                scene()

    def deployed(self, expected: int = 0, **values: str) -> str:
        """A commit that changes the web service, followed to its end; its hash."""
        text = json.loads((self.repository.folder / VALUES).read_text()) | values
        sha = self.repository.commit({VALUES: json.dumps(text)})
        ran = self.installation.deploy(self.repository)
        assert ran.code == expected, ran.text
        return sha

    def a_failure_whose_cause_is_gone(self) -> None:
        faults = self.installation.cloud
        faults.add_faults(images=[ImageFaultSpec(match=BAD_IMAGE, kind="cannot_pull")])
        sha = self.deployed(expected=1, image=BAD_IMAGE)
        faults.clear_faults()
        [self.failed] = [item["id"] for item in self.installation.deployments(sha)]

    def web_is_deleted(self) -> None:
        web = {f"services/web/{path.name}": None for path in (EXAMPLES / "services/web").iterdir()}
        self.repository.commit(web)
        assert self.installation.deploy(self.repository).code == 0

    def a_service_of_somebody(self) -> None:
        ecs = self.installation.client("ecs")
        ecs.create_cluster(clusterName="prod")
        shown = ecs.describe_services(cluster="demo", services=["web"])["services"][0]
        ecs.create_service(
            cluster="prod",
            serviceName="web",
            taskDefinition=shown["taskDefinition"],
            desiredCount=1,
            launchType="FARGATE",
            networkConfiguration=shown["networkConfiguration"],
        )


@pytest.fixture
def installation(tmp_path):
    with Installation(tmp_path) as running:
        yield running


@pytest.fixture
def story(installation, tmp_path):
    return Story(installation, tmp_path)


@pytest.fixture
def terminal(installation, tmp_path):
    folder = tmp_path / "desk"
    folder.mkdir()
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "NO_PROXY": "127.0.0.1,localhost",
        "GITMOXI_ENDPOINT_URL": installation.up["api"],
        "AWS_ENDPOINT_URL": installation.up["endpoint"],
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "reader",
        "AWS_SECRET_ACCESS_KEY": secrets.token_hex(16),
    }
    return Terminal(folder, environment)


@pytest.mark.timeout(600)
def test_every_command_of_the_readme_does_what_it_says(story, terminal):
    for line in commands_of("README.md"):
        command = line.partition("  #")[0].strip()
        if command in ELSEWHERE:
            continue
        story.before(command)
        terminal.replaced = {PLACE: story.repository.url, FAILED: story.failed}
        assert terminal.type(line).strip(), f"{command} prints nothing"


def test_what_is_proved_elsewhere_is():
    places = [place for place in ELSEWHERE.values() if place.startswith("tests/")]
    assert [place for place in places if not (ROOT / place).is_file()] == []
