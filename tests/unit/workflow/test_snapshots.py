"""What is kept of a service or function before it is changed, and what of it can be brought back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gitmoxi.planning.desired import DesiredEcs, DesiredLambda
from gitmoxi.ports.aws_lambda import LambdaAlias, LambdaFunction
from gitmoxi.ports.ecs import EcsService, EcsTaskDefinition
from gitmoxi.workflow.ecs_snapshots import (
    EcsSnapshot,
    with_first_count,
    with_kept_count,
    with_revision_of,
)
from gitmoxi.workflow.lambda_snapshots import LambdaSnapshot
from tests.unit.strategies.stories import ECS, LAMBDA, OLD_ARN

TAGS = {"team": "shop", "gitmoxi:owner": "gitmoxi", "aws:created": "by a stack"}
CONNECT = {"enabled": True, "namespace": "shop"}
PRIMARY = {"id": "ecs-svc/1", "status": "PRIMARY", "serviceConnectConfiguration": CONNECT}
SERVICE = EcsService(
    document={
        "status": "ACTIVE",
        "taskDefinition": OLD_ARN,
        "desiredCount": 4,
        "runningCount": 4,
        "propagateTags": "SERVICE",
        "deployments": [PRIMARY],
    },
    tags=TAGS,
)
REVISION = EcsTaskDefinition(
    document={"taskDefinitionArn": OLD_ARN, "status": "ACTIVE", "family": "web", "revision": 1},
    tags=TAGS,
)


def kept(snapshot: EcsSnapshot) -> EcsSnapshot:
    return EcsSnapshot.from_bytes(snapshot.to_bytes())


def wanted(**service: Any) -> DesiredEcs:
    return DesiredEcs(target=ECS, service=service)


class TestEcs:
    def test_what_can_be_brought_back_is_what_updates_take(self) -> None:
        back = kept(EcsSnapshot.of(SERVICE, REVISION)).wanted(ECS)
        tags = [{"key": "team", "value": "shop"}]
        assert back == DesiredEcs(
            target=ECS,
            service={"propagateTags": "SERVICE", "serviceConnectConfiguration": CONNECT, "tags": tags},
            task_definition={"family": "web", "tags": tags},
        )

    def test_without_its_body_a_task_definition_is_named(self) -> None:
        back = kept(EcsSnapshot.of(SERVICE, None)).wanted(ECS)
        assert back is not None
        assert (back.task_definition, back.service["taskDefinition"]) == (None, OLD_ARN)

    @pytest.mark.parametrize(
        "service",
        [
            pytest.param(None, id="there was none"),
            pytest.param(EcsService(document={"status": "DRAINING"}), id="it was being deleted"),
        ],
    )
    def test_nothing_to_bring_back(self, service: EcsService | None) -> None:
        snapshot = kept(EcsSnapshot.of(service, None))
        assert snapshot.wanted(ECS) is None
        assert (snapshot.task_definition_arn, snapshot.desired_count) == (None, None)

    @pytest.mark.parametrize(
        ("good", "over", "live", "expected"),
        [
            pytest.param({"desiredCount": 2}, {"desiredCount": 7}, 7, 2, id="the good file names it"),
            pytest.param({}, {}, 7, None, id="nobody's file names it: it stays"),
            pytest.param({}, {"desiredCount": 7}, 7, 4, id="the failed file set it: undone"),
            pytest.param({}, {"desiredCount": 7}, 9, None, id="set, then scaled by somebody: it stays"),
        ],
    )
    def test_the_number_of_tasks(
        self, good: dict[str, int], over: dict[str, int], live: int, expected: int | None
    ) -> None:
        now = replace(SERVICE, document={**SERVICE.document, "desiredCount": live})
        before = EcsSnapshot.of(SERVICE, REVISION)
        back = with_kept_count(wanted(**good), over=wanted(**over), before=before, live=now)
        assert back.service.get("desiredCount") == expected

    @pytest.mark.parametrize(
        ("ran", "registered"),
        [
            pytest.param(OLD_ARN, True, id="by its ARN"),
            pytest.param("web:1", True, id="as the file has it"),
            pytest.param("web:9", False, id="another one was live"),
            pytest.param(None, False, id="not known"),
        ],
    )
    def test_a_revision_that_is_only_named_gets_the_body_of_what_was_live(
        self, ran: str | None, *, registered: bool
    ) -> None:
        named = wanted(taskDefinition="web:1")
        back = with_revision_of(EcsSnapshot.of(SERVICE, REVISION), named, ran)
        assert (back.task_definition is not None) is registered
        assert ("taskDefinition" in back.service) is not registered

    @pytest.mark.parametrize(
        ("file", "live", "expected"),
        [
            pytest.param({}, 0, 1, id="kept without tasks"),
            pytest.param({"desiredCount": 3}, 0, 3, id="the file names it"),
            pytest.param({}, 2, None, id="it has tasks"),
        ],
    )
    def test_the_first_task_of_a_service_that_was_never_good(
        self, file: dict[str, int], live: int, expected: int | None
    ) -> None:
        service = replace(SERVICE, document={**SERVICE.document, "desiredCount": live})
        assert with_first_count(wanted(**file), live=service).service.get("desiredCount") == expected


class TestLambda:
    FUNCTION = LambdaFunction(
        configuration={
            "FunctionName": "greet",
            "FunctionArn": LAMBDA.function_arn,
            "Runtime": "python3.13",
            "Timeout": 9,
            "PackageType": "Zip",
            "CodeSha256": "sha-1",
            "State": "Active",
            "Layers": [{"Arn": "arn:layer:1", "CodeSize": 1}],
        },
        tags=TAGS,
        reserved_concurrency=5,
    )
    OVER = DesiredLambda(
        target=LAMBDA, function={"Code": {"S3Bucket": "code", "S3Key": "new.zip"}}, settings={"alias": "live"}
    )

    def kept(self, function: LambdaFunction) -> LambdaSnapshot:
        alias = LambdaAlias(name="live", version="3", revision_id="a-1", weights={"4": 0.1})
        return LambdaSnapshot.from_bytes(LambdaSnapshot.of(function, alias).to_bytes())

    def test_settings_and_tags_come_back_and_a_zip_stays(self) -> None:
        back = self.kept(self.FUNCTION).wanted(LAMBDA, self.OVER)
        assert back is not None
        assert back.settings == {"alias": "live"}
        assert {name: back.function[name] for name in ("Timeout", "Layers", "Tags", "Code")} == {
            "Timeout": 9,
            "Layers": ["arn:layer:1"],
            "Tags": {"team": "shop"},
            "Code": self.OVER.function["Code"],
        }
        assert not back.function.keys() & {"State", "CodeSha256", "FunctionArn"}

    def test_an_image_is_known_by_its_uri(self) -> None:
        image = replace(self.FUNCTION, code={"ImageUri": "repository:1", "RepositoryType": "ECR"})
        back = self.kept(image).wanted(LAMBDA, self.OVER)
        assert back is not None
        assert back.function["Code"] == {"ImageUri": "repository:1"}

    def test_the_alias_and_the_reserved_concurrency_are_kept(self) -> None:
        snapshot = self.kept(self.FUNCTION)
        assert snapshot.alias == {"name": "live", "version": "3", "weights": {"4": 0.1}}
        assert (snapshot.alias_version, snapshot.reserved_concurrency) == ("3", 5)

    def test_there_was_none(self) -> None:
        snapshot = LambdaSnapshot.from_bytes(LambdaSnapshot.of(None, None).to_bytes())
        assert snapshot.wanted(LAMBDA, self.OVER) is None
