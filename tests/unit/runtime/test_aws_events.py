"""Which service an event of ECS is about, in the shapes that AWS's documentation shows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gitmoxi.domain.targets import EcsTarget
from gitmoxi.ports.watches import AlarmName
from gitmoxi.runtime.aws_events import ECS_EVENTS, alarm_of, ecs_target_of
from gitmoxi_local.aws_model.base import AwsEvent, CallContext, ImageFaults
from gitmoxi_local.aws_model.ecs import EcsModel
from tests.simulation.cloud import CountedIds

ACCOUNT, REGION = "111122223333", "us-west-2"
PLACE = {"account": ACCOUNT, "region": REGION}
WEB = EcsTarget(account=ACCOUNT, region=REGION, cluster="demo", service_name="web")
CLUSTER_ARN = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/demo"
TASK_ARN = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/demo/0123456789abcdef"
TASK, ACTION, DEPLOYMENT, HOOK = ECS_EVENTS


@pytest.mark.parametrize(
    ("detail_type", "detail", "headers", "target"),
    [
        pytest.param(
            TASK,
            {"group": "service:web", "clusterArn": CLUSTER_ARN},
            {**PLACE, "resources": [TASK_ARN]},
            WEB,
            id="a service's task",
        ),
        pytest.param(
            TASK,
            {"group": "family:batch", "clusterArn": CLUSTER_ARN},
            {**PLACE, "resources": [TASK_ARN]},
            None,
            id="a task of no service",
        ),
        pytest.param(TASK, {"group": "service:"}, PLACE, None, id="a service without a name"),
        pytest.param(TASK, {}, PLACE, None, id="no group"),
        pytest.param(TASK, {"group": "service:web"}, {}, None, id="no account and region"),
        pytest.param(
            TASK,
            {"group": "service:web"},
            PLACE,
            EcsTarget(account=ACCOUNT, region=REGION, cluster="default", service_name="web"),
            id="the default cluster",
        ),
        pytest.param(
            ACTION, {"eventName": "SERVICE_STEADY_STATE"}, {"resources": [WEB.service_arn]}, WEB, id="action"
        ),
        pytest.param(
            DEPLOYMENT, {"deploymentId": "ecs-svc/1"}, {"resources": [WEB.service_arn]}, WEB, id="deployment"
        ),
        pytest.param(
            HOOK,
            {"hookId": "h-1"},
            {"resources": ["arn:aws:lambda:us-west-2:111122223333:function:hook", WEB.service_arn]},
            WEB,
            id="the service is not the first resource",
        ),
        pytest.param(ACTION, {}, {"resources": []}, None, id="no resource"),
        pytest.param(ACTION, {}, {}, None, id="no resources at all"),
        pytest.param(ACTION, {}, {"resources": ["nonsense", 7]}, None, id="what is no ARN"),
        pytest.param(
            ACTION,
            {},
            {"resources": [f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/web"]},
            None,
            id="the short ARN of before 2021, which names no cluster",
        ),
    ],
)
def test_the_target_of_an_event(detail_type, detail, headers, target):
    assert ecs_target_of(detail_type, detail, headers) == target


@pytest.mark.parametrize(
    ("resources", "alarm"),
    [
        pytest.param(
            [f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:shop: errors"],
            AlarmName(account=ACCOUNT, region=REGION, name="shop: errors"),
            id="a name may hold a colon",
        ),
        pytest.param(
            [f"arn:aws-cn:cloudwatch:{REGION}:{ACCOUNT}:alarm:errors"],
            AlarmName(account=ACCOUNT, region=REGION, name="errors"),
            id="of another partition",
        ),
        pytest.param([f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/prod/web"], None, id="of something else"),
        pytest.param([], None, id="no resource"),
    ],
)
def test_the_alarm_of_an_event(resources, alarm):
    assert alarm_of({"resources": resources}) == alarm


class Wall:
    """A clock that stands still."""

    def now(self) -> datetime:
        return datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_every_event_of_a_modelled_service_leads_to_it():
    told: list[AwsEvent] = []
    model = EcsModel(clock=Wall(), ids=CountedIds(), faults=ImageFaults(), emit=told.append)
    here = CallContext(account=ACCOUNT, region=REGION, caller="tester")
    model.call("CreateCluster", {"clusterName": "demo"}, here)
    model.call(
        "RegisterTaskDefinition",
        {"family": "web", "containerDefinitions": [{"name": "web", "image": "web:1", "memory": 64}]},
        here,
    )
    service = {"cluster": "demo", "serviceName": "web", "taskDefinition": "web", "desiredCount": 1}
    model.call("CreateService", {**service, "launchType": "EC2"}, here)

    targets = {
        ecs_target_of(
            event.detail_type,
            event.detail,
            {"account": event.account, "region": event.region, "resources": list(event.resources)},
        )
        for event in told
    }

    assert targets == {WEB}
