"""One installation, with two workers of each kind, that most end-to-end tests share."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.installation import GitRepository, Installation, code_zip, put_code
from tests.e2e.samples import BUCKET, CLUSTER, code

WORKERS = ("ingestor", "planner", "ecs-deployer", "lambda-deployer", "rollback")


@pytest.hookimpl(tryfirst=True)  # before the test runner distributes by groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Real processes are slow to start: tests of one module share theirs, on one test runner's worker."""
    for item in items:
        if "tests/e2e/" in str(item.path):
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(300))
            if item.get_closest_marker("xdist_group") is None:
                item.add_marker(pytest.mark.xdist_group("e2e-shared"))


UNREACHABLE = 4
"""gmctl's exit code for an API that does not answer."""


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("installation")
    with Installation(folder, scale=dict.fromkeys(WORKERS, 2)) as running:
        running.client("ecs").create_cluster(clusterName=CLUSTER)
        put_code(
            running,
            BUCKET,
            {f"{name}.zip": code_zip(code(name)) for name in ("one", "two", "three")},
            "us-east-1",
        )
        yield running
        assert running.restarts == {}, f"a service died unasked:\n{running.log[-6000:]}"


@pytest.fixture
def repository(installation: Installation, tmp_path: Path) -> GitRepository:
    """A registered repository of the test's own."""
    made = GitRepository(tmp_path / "repository")
    made.commit({"README.md": "a repository\n"})
    for _ in range(3):  # the harness's clients give up after 0.4 s, and say to try again
        added = installation.gmctl("repo", "add", "-r", made.url, "-b", "main")
        if added.code != UNREACHABLE:
            break
    assert added.code == 0, added.text
    return made


_NUMBERS = itertools.count(1)


@pytest.fixture
def unique() -> Callable[[str], str]:
    """Names that no other test uses."""
    return lambda stem: f"{stem}-{next(_NUMBERS)}"
