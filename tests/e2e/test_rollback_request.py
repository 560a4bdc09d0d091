"""What a person asks for in an incident, over real processes: AWS's own reads say that it came about."""

from __future__ import annotations

from collections.abc import Callable

from gitmoxi_local.faults import ImageFaultSpec
from tests.e2e.installation import FactQueue, GitRepository, Installation
from tests.e2e.samples import CLUSTER, deleted, ecs_files, lambda_files

Unique = Callable[[str], str]
WAIT = ("--yes", "--wait", "--timeout", "100", "--by", "ada")


def image_of(installation: Installation, name: str) -> str:
    """The image that the service runs, as ECS says."""
    ecs = installation.client("ecs")
    [service] = ecs.describe_services(cluster=CLUSTER, services=[name])["services"]
    found = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])
    image: str = found["taskDefinition"]["containerDefinitions"][0]["image"]
    return image


def status_of(installation: Installation, name: str) -> str:
    found = installation.client("ecs").describe_services(cluster=CLUSTER, services=[name])["services"]
    return found[0]["status"] if found else "MISSING"


def code_of(installation: Installation, name: str) -> str:
    """The SHA-256 of the code that the alias serves, as Lambda says."""
    found = installation.client("lambda").get_function(FunctionName=name, Qualifier="live")
    sha: str = found["Configuration"]["CodeSha256"]
    return sha


def release(installation: Installation, repository: GitRepository, files: dict[str, str | None]) -> str:
    sha = repository.commit(files)
    assert (ran := installation.deploy(repository)).code == 0, ran.text
    return sha


def test_a_service_goes_back_to_the_revision_before_and_further_back(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name = unique("back")
    for version in ("nginx:1", "nginx:2", "nginx:3"):
        release(installation, repository, ecs_files(f"prod/{name}", image=version))
    before = installation.cloud.last_seq()

    listed = installation.gmctl("rollback", name, "--list")
    assert [line.split()[-1] for line in listed.out.splitlines() if "nginx:" in line] == [
        "nginx:3",
        "nginx:2",
        "nginx:1",
    ]
    assert installation.cloud.mutations("ecs", since=before) == []

    done = installation.gmctl("rollback", f"{CLUSTER}/{name}", *WAIT)
    assert done.code == 0, done.text
    assert "image: nginx:3 → nginx:2" in done.out
    assert "main still holds the newer files" in done.out
    assert image_of(installation, name) == "nginx:2"
    assert len(installation.cloud.mutations("ecs", "UpdateService", since=before)) == 1

    again = installation.gmctl("rollback", f"prod/{name}", *WAIT)
    assert (again.code, image_of(installation, name)) == (0, "nginx:1"), again.text
    assert "ada asked to roll ECS service" in installation.gmctl("event", "list").out

    release(installation, repository, ecs_files(f"prod/{name}", image="nginx:4"))
    assert image_of(installation, name) == "nginx:4"


def test_a_function_goes_back_to_a_named_revision(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name = unique("fback")
    first = release(installation, repository, lambda_files(f"prod/{name}", key="one.zip"))
    one = code_of(installation, name)
    release(installation, repository, lambda_files(f"prod/{name}", key="two.zip"))
    assert code_of(installation, name) != one
    [deployment] = installation.deployments(first)

    done = installation.gmctl("rollback", name, "--to", deployment["id"], *WAIT)

    assert done.code == 0, done.text
    assert code_of(installation, name) == one


def test_a_deployment_that_failed_is_tried_again_once_its_cause_is_gone(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name = unique("retry")
    files = ecs_files(f"prod/{name}", service={"cluster": f"{name}-cluster"})
    sha = repository.commit(files)
    assert installation.deploy(repository).code == 1, "its cluster does not exist"
    [failed] = installation.deployments(sha)

    ecs = installation.client("ecs")
    ecs.create_cluster(clusterName=f"{name}-cluster")
    done = installation.gmctl("deployment", "retry", failed["id"], "--wait", "--timeout", "100")

    assert done.code == 0, done.text
    [service] = ecs.describe_services(cluster=f"{name}-cluster", services=[name])["services"]
    assert (service["status"], service["runningCount"]) == ("ACTIVE", 1)
    again = installation.gmctl("deployment", "retry", failed["id"], "--wait", "--timeout", "100")
    assert again.code == 0, again.text


def test_a_deleted_service_is_created_again(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name, other = unique("undel"), unique("stays")
    files = ecs_files(f"prod/{name}", image="nginx:7")
    release(installation, repository, {**files, **ecs_files(f"prod/{other}")})
    release(installation, repository, deleted(files))
    assert status_of(installation, name) == "INACTIVE"

    refused = installation.gmctl("rollback", name, "--yes")
    assert (refused.code, "gmctl undelete" in refused.err) == (1, True), refused.text
    done = installation.gmctl("undelete", name, *WAIT)

    assert done.code == 0, done.text
    assert "main holds no files of" in done.out
    assert (status_of(installation, name), image_of(installation, name)) == ("ACTIVE", "nginx:7")
    twice = installation.gmctl("undelete", name, "--yes", "--wait", "--timeout", "60")
    assert (twice.code, "exists, so there is nothing to create again" in twice.out) == (1, True), twice.text

    release(installation, repository, ecs_files(f"prod/{name}", image="nginx:8"))
    assert image_of(installation, name) == "nginx:8"


def test_a_bad_release_under_way_is_aborted_and_left_behind(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name = unique("incident")
    patient = {"gmDeploymentCircuitBreaker": {"failureThreshold": 500}}
    release(installation, repository, ecs_files(f"prod/{name}", depdef=patient))
    installation.cloud.add_faults(images=[ImageFaultSpec(match=f"{name}:bad", kind="cannot_pull")])
    sha = repository.commit(ecs_files(f"prod/{name}", image=f"{name}:bad", depdef=patient))
    steps = FactQueue(installation, ["deployment.step.completed.v1"])
    asked = installation.gmctl("commit", "deploy", "-r", repository.url, "-b", "main")
    assert asked.code == 0, asked.text
    steps.wait_until(lambda fact: fact["commit"] == sha and fact["step"] == "follow the deployment")
    [bad] = installation.deployments(sha)

    done = installation.gmctl("rollback", name, "--abort-running", *WAIT)

    assert done.code == 0, done.text
    assert f"{bad['id']} is RUNNING and is aborted first" in done.out
    assert image_of(installation, name) == "nginx:1"
    [ended] = [d for d in installation.deployments(sha) if d["id"] == bad["id"]]
    assert ended["state"] == "CANCELLED"
    installation.cloud.clear_faults()
