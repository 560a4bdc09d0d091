"""Recorded revisions side by side: what they run, what parts them, and nothing that is sensitive."""

from __future__ import annotations

from typing import Any

import pytest

from gitmoxi.domain.targets import EcsTarget, LambdaTarget
from gitmoxi.planning.desired import DesiredEcs, DesiredLambda
from gitmoxi.planning.recorded import artifacts_of, recorded_differences

WEB = EcsTarget(account="111122223333", region="eu-west-1", cluster="prod", service_name="web")
RESIZE = LambdaTarget(account="111122223333", region="eu-west-1", function_name="resize")


def service(image: str = "web:1", sensitive: tuple[str, ...] = (), **members: Any) -> DesiredEcs:
    return DesiredEcs(
        target=WEB,
        service={"serviceName": "web", "cluster": "prod", **members},
        task_definition={"family": "web", "containerDefinitions": [{"name": "web", "image": image}]},
        sensitive_values=sensitive,
    )


def function(code: dict[str, str], **members: Any) -> DesiredLambda:
    return DesiredLambda(target=RESIZE, function={"FunctionName": "resize", "Code": code, **members})


ZIP = {"S3Bucket": "code", "S3Key": "resize.zip"}


@pytest.mark.parametrize(
    ("desired", "runs"),
    [
        pytest.param(service("web:7"), ("web:7",), id="the images of the containers"),
        pytest.param(
            DesiredEcs(target=WEB, service={"taskDefinition": "web:12"}), ("web:12",), id="a named revision"
        ),
        pytest.param(function({"ImageUri": "repo/resize:2"}), ("repo/resize:2",), id="a function's image"),
        pytest.param(function(ZIP), ("s3://code/resize.zip",), id="a function's package"),
        pytest.param(
            function(ZIP | {"S3ObjectVersion": "v9"}),
            ("s3://code/resize.zip (version v9)",),
            id="its version",
        ),
        pytest.param(service("web:s3cret", ("s3cret",)), None, id="sensitive"),
    ],
)
def test_a_revision_is_told_by_what_it_runs(desired, runs):
    if runs is None:
        assert "s3cret" not in str(artifacts_of(desired))
    else:
        assert artifacts_of(desired) == runs


@pytest.mark.parametrize(
    ("wanted", "now", "told"),
    [
        pytest.param(
            service("web:1"),
            service("web:2"),
            ["containerDefinitions[web].image: web:2 → web:1"],
            id="another image",
        ),
        pytest.param(
            service(desiredCount=1), service(desiredCount=2), ["desiredCount: 2 → 1"], id="of the service"
        ),
        pytest.param(
            DesiredEcs(target=WEB, service={"taskDefinition": "web:1"}),
            DesiredEcs(target=WEB, service={"taskDefinition": "web:2"}),
            ["taskDefinition: web:2 → web:1"],
            id="another named revision",
        ),
        pytest.param(
            function(ZIP), function(ZIP | {"S3Key": "b.zip"}), ["Code.S3Key: b.zip → resize.zip"], id="code"
        ),
        pytest.param(
            function(ZIP, MemorySize=128),
            function(ZIP, MemorySize=256),
            ["MemorySize: 256 → 128"],
            id="configuration",
        ),
        pytest.param(service(), service(), [], id="the same"),
    ],
)
def test_what_parts_two_revisions(wanted, now, told):
    assert [str(difference) for difference in recorded_differences(wanted, now)] == told


def test_what_is_sensitive_on_either_side_is_hidden():
    found = recorded_differences(service("web:old", ("web:old",)), service("web:new", ("web:new",)))

    assert "web:old" not in str(found)
    assert "web:new" not in str(found)
