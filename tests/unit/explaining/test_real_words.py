"""AWS's words as users meet them: with ids, dates and the wrapping of today's agents; and many at once."""

from __future__ import annotations

import pytest

from gitmoxi.domain.explanations import kept
from gitmoxi.explaining.explaining import explain, explain_event
from gitmoxi.explaining.signs import FailedTask, StoppedContainer
from tests.unit.explaining.documented import GROUP, IMAGE, SECRET, SESSION

INIT = "ResourceInitializationError: "
SECRETS = f"{INIT}unable to pull secrets or registry auth: "
ANSWER = "https response error StatusCode: 400, RequestID: b8ee5906-7f22-428c-965d-4295d8bd9e92, "
NO_ANSWER = "exceeded maximum number of attempts, 3, https response error StatusCode: 0, RequestID: , "
LOG_STREAM = "arn:aws:logs:us-east-1:111122223333:log-group:/ecs/web:log-stream:"
REFUSED = "pull access denied, repository does not exist or may require authorization: server message: "
NO_PLACE = "was unable to place a task because no container instance met all of its requirements. "
ARM = "image Manifest does not contain descriptor matching platform 'linux/amd64'"
RETRIED = "CannotPullContainerError: pull image manifest has been retried 5 time(s): "


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        pytest.param(
            f"(service web) was unable to place a task. Reason: {INIT}failed to validate logger args: "
            "create stream has been retried 1 times: failed to create Cloudwatch log group: "
            f"operation error CloudWatch Logs: CreateLogGroup, {ANSWER}api error "
            f"AccessDeniedException: User: {SESSION} is not authorized to perform: "
            f"logs:CreateLogGroup on resource: {LOG_STREAM} because no identity-based policy allows "
            "the logs:CreateLogGroup action.",
            "logs.denied",
            id="a log group may not be made",
        ),
        pytest.param(
            f"{SECRETS}unable to retrieve secrets from ssm: The task cannot pull secrets from AWS Systems "
            "Manager. There is a connection issue between the task and AWS Systems Manager Parameter "
            "Store. Check your task network configuration. RequestCanceled: request context canceled "
            "caused by: context deadline exceeded",
            "secret.no-route",
            id="no way to Parameter Store",
        ),
        pytest.param(
            f"{SECRETS}unable to retrieve secret from asm: There is a connection issue between the "
            "task and AWS Secrets Manager. Check your task network configuration. failed to fetch "
            f"secret {SECRET} from secrets manager: operation error Secrets Manager: GetSecretValue, "
            f"{NO_ANSWER}canceled",
            "secret.no-route",
            id="no way to Secrets Manager",
        ),
        pytest.param(
            f"{SECRETS}execution resource retrieval failed: unable to retrieve secret from asm: "
            f"service call has been retried 1 time(s): failed to fetch secret {SECRET} from secrets "
            "manager: operation error Secrets Manager: GetSecretValue, "
            f"{ANSWER}ResourceNotFoundException: Secrets Manager can't find the specified secret.",
            "secret.not-found",
            id="a secret that is not there",
        ),
        pytest.param(
            f"(service web) was unable to place a task. Reason: {SECRETS}The task cannot pull "
            "registry auth from Amazon ECR: There is a connection issue between the task and Amazon "
            "ECR. Check your task network configuration. operation error ECR: GetAuthorizationToken, "
            f"{NO_ANSWER}request send failed",
            "image.no-route",
            id="no way to the registry's login",
        ),
        pytest.param(f"{RETRIED}{ARM}", "image.wrong-platform", id="built on another architecture"),
        pytest.param(
            f"{RETRIED}failed to resolve ref {IMAGE}: {IMAGE}: not found", "image.not-found", id="no such tag"
        ),
        pytest.param(
            f"{RETRIED}failed to resolve ref docker.io/library/web:2: {REFUSED}insufficient_scope: "
            "authorization failed",
            "image.private-or-missing",
            id="a private image of Docker Hub",
        ),
        pytest.param(
            f"{INIT}failed to invoke EFS utils commands to set up EFS volumes: stderr: b'mount.nfs4: "
            "Connection timed out' : unsuccessful EFS utils command execution; code: 32",
            "volume.efs-unreachable",
            id="a file system out of reach",
        ),
        pytest.param(
            f"(service web) {NO_PLACE}The closest matching (container-instance {'0a' * 16}) "
            "encountered error "
            '"RESOURCE:ENI". For more information, see the Troubleshooting section of the Amazon ECS '
            "Developer "
            "Guide.",
            "network.interface-limit",
            id="no room for a network interface",
        ),
        pytest.param(
            f"(service web) (task {'9f' * 16}) (port 8080) is unhealthy in (target-group {GROUP}) due "
            "to (reason Health checks failed with these codes: [502]).",
            "target.wrong-status",
            id="an unhealthy target with its status",
        ),
        pytest.param(
            "Invalid request provided: CreateService Invalid Request: Unable to assume the service "
            "linked role. Please verify that the ECS service linked role exists.",
            "role.service-linked-role-missing",
            id="the first service of an account",
        ),
    ],
)
def test_words_as_they_come(text, id_):
    explained = explain_event(text)
    assert explained is not None
    assert (explained.id, explained.evidence) == (id_, (text,))


@pytest.mark.parametrize(
    ("text", "image"),
    [
        pytest.param(
            f"{RETRIED}failed to resolve ref shop/web:2: shop/web:2: not found", "shop/web:2", id="ref"
        ),
        pytest.param("CannotPullContainerError: manifest for web:2 not found", "web:2", id="manifest"),
        pytest.param("pull access denied for web, repository does not exist or", "web", id="denied"),
    ],
)
def test_an_image_of_any_registry_is_named(text, image):
    explained = explain_event(text)
    assert explained is not None
    assert f"image {image} does not exist" in explained.cause


def test_ten_tasks_with_three_causes_are_three_explanations_the_most_frequent_first():
    def pulling(number):
        return FailedTask(
            stop_code="TaskFailedToStart",
            reason=f"{RETRIED.replace('5', str(number))}failed to resolve ref {IMAGE}: {IMAGE}: not found",
            arn=f"task-{number}",
        )

    def crashing(number):
        containers = (
            StoppedContainer(name="web", exit_code=1),
            StoppedContainer(name="proxy", exit_code=137),
        )
        return FailedTask(
            stop_code="EssentialContainerExited",
            reason="Essential container in task exited",
            containers=containers,
            log_lines=("starting", f"attempt {number} at 2026-11-22T03:0{number}:00Z", "KeyError: 'X'"),
            arn=f"task-{number}",
        )

    spot = FailedTask(stop_code="SpotInterruption", reason="Your Spot Task was interrupted.", arn="task-9")
    events = [
        f"(service web) has started 2 tasks: (task {'0a' * 16}) (task {'0b' * 16}).",
        "(service web) is unable to consistently start tasks successfully.",
    ]
    tasks = [*map(pulling, range(1, 6)), *map(crashing, range(1, 5)), spot]
    explained = kept(explain(tasks, events))
    assert [(one.id, one.count) for one in explained] == [
        ("image.not-found", 5),
        ("container.error", 4),
        ("capacity.spot-interrupted", 1),
        ("deployment.tasks-do-not-start", 1),
    ]
    pulled, crashed, *_ = explained
    assert pulled.evidence == (tasks[0].reason,)
    assert crashed.cause == "The container web ended with an error of its program (exit code 1)."
    assert crashed.evidence == (
        "Essential container in task exited",
        "container web: exit code 1",
        "container proxy: exit code 137",
        "log: starting",
        "log: attempt 1 at 2026-11-22T03:01:00Z",
        "log: KeyError: 'X'",
    )
