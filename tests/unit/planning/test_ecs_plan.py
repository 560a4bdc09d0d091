"""Plans for ECS services: nothing where nothing differs, and only what is needed where something does."""

import pytest

from gitmoxi.domain.deployments import Verb
from gitmoxi.errors import PermanentError
from gitmoxi.planning.ecs import plan_ecs
from gitmoxi.planning.errors import PlanningError
from tests.unit.planning.samples import (
    OWNER,
    SERVICE,
    TARGET_GROUP,
    TASK_DEFINITION_ARN,
    desired_ecs,
    desired_ecs_by_reference,
    live_ecs,
    live_task_definition,
    merged,
)

BREAKER = {"enable": True, "rollback": True}
LIVE_BREAKER = {
    **BREAKER,
    "resetOnHealthyTask": True,
    "thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 50},
}
CONNECT = {"enabled": True, "namespace": "shop", "services": [{"portName": "http"}]}


def plan(desired=None, live=None, task_definition=None, **options):
    return plan_ecs(
        desired or desired_ecs(),
        live or live_ecs(),
        task_definition or live_task_definition(),
        owner=OWNER,
        **options,
    )


def plan_service(change, live=None, **options):
    return plan(desired_ecs(service=change), live_ecs(live), **options)


class TestNothing:
    def test_a_service_that_is_as_wanted_is_left_alone(self):
        result = plan()
        assert (result.verb, result.differences, result.steps, result.warnings) == (Verb.NOTHING, (), (), ())
        assert (result.register, result.update_request, result.starts_deployment) == (False, None, False)

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"desiredCount": ...}, id="what is left out is kept: autoscaling owns the count"),
            pytest.param({"deploymentConfiguration": ...}, id="the whole deployment configuration left out"),
            pytest.param({"deploymentConfiguration": {"maximumPercent": 200}}, id="a default written out"),
            pytest.param(
                {
                    "deploymentConfiguration": {
                        "alarms": {"alarmNames": [], "enable": False, "rollback": False}
                    }
                },
                id="alarms switched off, as they are",
            ),
            pytest.param({"placementConstraints": [], "serviceRegistries": []}, id="empty lists"),
            pytest.param({"role": None, "platformVersion": "LATEST"}, id="null and the default platform"),
            pytest.param({"deploymentController": {"type": "ECS"}}, id="the default controller"),
            pytest.param({"propagateTags": "NONE"}, id="no propagated tags"),
            pytest.param({"serviceConnectConfiguration": {"enabled": False}}, id="no Service Connect"),
        ],
    )
    def test_another_way_of_writing_the_same_changes_nothing(self, change):
        assert plan_service(change).verb is Verb.NOTHING

    def test_service_connect_is_read_from_the_primary_deployment(self):
        live = {"deployments": [{"status": "PRIMARY", "serviceConnectConfiguration": CONNECT}]}
        assert plan_service({"serviceConnectConfiguration": CONNECT}, live).verb is Verb.NOTHING

    def test_members_that_others_set_are_kept(self):
        live = {
            "deploymentConfiguration": {
                "deploymentCircuitBreaker": {"thresholdConfiguration": {"type": "COUNT", "value": 9}}
            }
        }
        assert plan_service({}, live).verb is Verb.NOTHING

    def test_what_failed_is_deployed_anew_however_equal_it_looks(self):
        live = {"deployments": [{"status": "PRIMARY", "rolloutState": "FAILED"}]}
        result = plan_service({}, live)
        assert (result.verb, result.differences) == (Verb.UPDATE, ())
        assert result.update_request == {"forceNewDeployment": True}
        assert "has FAILED" in result.warnings[0].text

    def test_an_untagged_service_that_is_as_wanted_is_only_told_of(self):
        result = plan(live=live_ecs(tags={"team": "shop"}))
        assert (result.verb, result.adopts, result.tags_to_set) == (Verb.NOTHING, True, {})
        assert "was not made by Gitmoxi" in result.warnings[0].text


class TestCreate:
    @pytest.mark.parametrize("live", [None, live_ecs({"status": "INACTIVE"})], ids=["absent", "INACTIVE"])
    def test_a_missing_service_is_created(self, live):
        result = plan_ecs(desired_ecs(), live, None, owner=OWNER)
        assert (result.verb, result.register, result.starts_deployment) == (Verb.CREATE, True, True)
        assert result.create_request == SERVICE
        assert result.steps == (
            "register a new revision of the task definition web",
            "create the service",
            "follow the service deployment (rolling) to its end",
        )

    def test_without_desired_count_one_task_is_created_and_told(self):
        result = plan_ecs(desired_ecs(service={"desiredCount": ...}), None, None, owner=OWNER)
        assert result.create_request["desiredCount"] == 1
        assert "created with 1 task" in result.warnings[0].text

    def test_a_daemon_needs_no_desired_count(self):
        change = {"desiredCount": ..., "schedulingStrategy": "DAEMON"}
        result = plan_ecs(desired_ecs(service=change), None, None, owner=OWNER)
        assert ("desiredCount" in result.create_request, result.warnings) == (False, ())

    def test_the_target_decides_about_cluster_and_name(self):
        change = {"cluster": "arn:aws:ecs:eu-central-1:111122223333:cluster/demo", "platformVersion": None}
        request = plan_ecs(desired_ecs(service=change), None, None, owner=OWNER).create_request
        assert request["cluster"] == "demo"
        assert "platformVersion" not in request

    def test_the_svcdef_may_name_the_task_definition(self):
        result = plan_ecs(desired_ecs_by_reference("web:3"), None, None, owner=OWNER)
        assert (result.register, result.task_definition) == (False, "web:3")
        assert "taskDefinition" not in result.create_request

    def test_without_any_task_definition_it_cannot_be_planned(self):
        with pytest.raises(PlanningError, match=r"add a _taskdef\.json"):
            plan_ecs(desired_ecs_by_reference(None), None, None, owner=OWNER)

    def test_native_strategies_are_named(self):
        change = {"deploymentConfiguration": {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5}}
        assert plan_ecs(desired_ecs(service=change), None, None, owner=OWNER).strategy == "blue_green"


class TestUpdate:
    def test_a_new_image_registers_and_updates_nothing_else(self):
        containers = [{"name": "nginx", "image": "nginx:2"}]
        result = plan(desired_ecs(task_definition={"containerDefinitions": containers}))
        assert (result.verb, result.register, result.update_request) == (Verb.UPDATE, True, {})
        assert result.starts_deployment
        assert result.steps[1:] == (
            "update the service: taskDefinition",
            "follow the service deployment (rolling) to its end",
        )

    @pytest.mark.parametrize(
        ("change", "request_", "starts"),
        [
            pytest.param({"desiredCount": 3}, {"desiredCount": 3}, False, id="count"),
            pytest.param({"enableExecuteCommand": True}, {"enableExecuteCommand": True}, False, id="exec"),
            pytest.param(
                {"healthCheckGracePeriodSeconds": 30},
                {"healthCheckGracePeriodSeconds": 30},
                False,
                id="grace",
            ),
            pytest.param({"platformVersion": "1.4.0"}, {"platformVersion": "1.4.0"}, True, id="platform"),
            pytest.param(
                {"serviceConnectConfiguration": CONNECT},
                {"serviceConnectConfiguration": CONNECT},
                True,
                id="Service Connect",
            ),
            pytest.param({"loadBalancers": []}, {"loadBalancers": []}, True, id="load balancers emptied"),
        ],
    )
    def test_only_what_changes_is_sent(self, change, request_, starts):
        result = plan_service(change)
        assert (result.verb, result.update_request, result.starts_deployment) == (
            Verb.UPDATE,
            request_,
            starts,
        )
        assert result.register is False

    def test_lists_are_sent_whole(self):
        network = {"awsvpcConfiguration": {"subnets": ["subnet-a"], "securityGroups": ["sg-1"]}}
        result = plan_service({"networkConfiguration": network})
        assert result.update_request == {"networkConfiguration": network}
        assert str(result.differences[0]) == (
            'networkConfiguration.awsvpcConfiguration.subnets: ["subnet-a","subnet-b"] → ["subnet-a"]'
        )

    def test_the_rest_of_a_rolling_configuration_is_sent_as_it_lives(self):
        configuration = {"maximumPercent": 150, "deploymentCircuitBreaker": ...}
        result = plan_service({"deploymentConfiguration": configuration})
        assert result.update_request["deploymentConfiguration"] == {
            "maximumPercent": 150,
            "minimumHealthyPercent": 100,
            "deploymentCircuitBreaker": LIVE_BREAKER,
        }

    def test_a_new_strategy_takes_nothing_over_from_the_old_one(self):
        configuration = {"strategy": "CANARY", "deploymentCircuitBreaker": ...}
        result = plan_service({"deploymentConfiguration": configuration})
        assert result.update_request["deploymentConfiguration"] == {"strategy": "CANARY"}
        assert result.strategy == "canary"

    def test_the_live_strategy_is_named_when_the_file_names_none(self):
        live = {"deploymentConfiguration": {"strategy": "LINEAR"}}
        assert plan_service({"desiredCount": 3}, live).strategy == "linear"

    def test_capacity_providers_need_a_forced_deployment(self):
        strategy = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
        result = plan_service({"launchType": ..., "capacityProviderStrategy": strategy})
        assert result.update_request == {"capacityProviderStrategy": strategy, "forceNewDeployment": True}
        assert result.starts_deployment

    def test_the_launch_type_comes_back_when_capacity_providers_are_emptied(self):
        live = {
            "launchType": ...,
            "capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}],
        }
        result = plan_service({}, live)
        assert result.update_request == {"capacityProviderStrategy": [], "forceNewDeployment": True}
        assert "the service's first launch type" in result.warnings[0].text

    def test_a_forced_plan_replaces_the_tasks_of_an_equal_service(self):
        result = plan(force=True)
        assert (result.verb, result.register) == (Verb.UPDATE, False)
        assert result.update_request == {"forceNewDeployment": True}
        assert result.starts_deployment

    def test_a_daemons_count_is_ecs_own(self):
        live = {"schedulingStrategy": "DAEMON", "desiredCount": 9}
        assert plan_service({"schedulingStrategy": "DAEMON"}, live).verb is Verb.NOTHING

    def test_an_untagged_service_is_updated_and_gets_no_owner(self):
        result = plan(desired_ecs(service={"desiredCount": 3}), live_ecs(tags={"team": "shop"}))
        assert (result.verb, result.adopts, result.tags_to_set) == (Verb.UPDATE, True, {})
        assert result.warnings[0].text.endswith("was not made by Gitmoxi: it is updated, but never deleted")

    def test_monitoring_is_compared_with_what_was_last_wanted(self):
        wanted = {"monitoring": {"metricConfigurations": [{"metricNames": ["CPU"], "resolutionSeconds": 10}]}}
        assert plan_service(wanted, previous=desired_ecs(service=wanted)).verb is Verb.NOTHING
        changed = plan_service(wanted, previous=desired_ecs())
        assert changed.update_request == {**wanted, "forceNewDeployment": True}
        assert "not compared" in plan_service(wanted).warnings[0].text


class TestRemoval:
    @pytest.mark.parametrize(
        ("had", "live", "sent"),
        [
            pytest.param(
                {"serviceRegistries": [{"registryArn": "r"}]},
                {"serviceRegistries": [{"registryArn": "r"}]},
                {"serviceRegistries": []},
                id="a list is emptied",
            ),
            pytest.param(
                {"placementConstraints": [{"type": "distinctInstance"}]},
                {"placementConstraints": [{"type": "distinctInstance"}]},
                {"placementConstraints": []},
                id="placement is emptied",
            ),
            pytest.param(
                {"enableExecuteCommand": True},
                {"enableExecuteCommand": True},
                {"enableExecuteCommand": False},
                id="a flag goes back to its default",
            ),
            pytest.param(
                {"serviceConnectConfiguration": CONNECT},
                {"deployments": [{"status": "PRIMARY", "serviceConnectConfiguration": CONNECT}]},
                {"serviceConnectConfiguration": {"enabled": False}},
                id="Service Connect is switched off",
            ),
        ],
    )
    def test_what_was_taken_out_is_undone(self, had, live, sent):
        result = plan_service({}, live, previous=desired_ecs(service=had))
        assert result.update_request == sent

    @pytest.mark.parametrize("previous", [None, desired_ecs()], ids=["unknown past", "never had it"])
    def test_what_never_stood_in_the_file_is_kept(self, previous):
        live = {"enableExecuteCommand": True, "serviceRegistries": [{"registryArn": "r"}]}
        assert plan_service({}, live, previous=previous).verb is Verb.NOTHING

    def test_what_is_undone_already_changes_nothing(self):
        had = {"serviceRegistries": [{"registryArn": "r"}], "enableExecuteCommand": True}
        assert plan(previous=desired_ecs(service=had)).verb is Verb.NOTHING

    def test_a_breaker_threshold_taken_out_is_reset(self):
        threshold = {"thresholdConfiguration": {"type": "COUNT", "value": 9}}
        had = {"deploymentConfiguration": {"deploymentCircuitBreaker": threshold}}
        result = plan_service({}, had, previous=desired_ecs(service=had))
        assert result.update_request["deploymentConfiguration"]["deploymentCircuitBreaker"] == LIVE_BREAKER

    def test_alarms_taken_out_are_switched_off(self):
        had = {
            "deploymentConfiguration": {"alarms": {"alarmNames": ["red"], "enable": True, "rollback": True}}
        }
        sent = plan_service({}, had, previous=desired_ecs(service=had)).update_request
        assert sent["deploymentConfiguration"]["alarms"] == {
            "alarmNames": [],
            "enable": False,
            "rollback": False,
        }

    def test_security_groups_taken_out_are_told(self):
        desired = desired_ecs(
            service={"networkConfiguration": {"awsvpcConfiguration": {"securityGroups": ...}}}
        )
        assert plan(desired).verb is Verb.NOTHING
        assert plan(desired, previous=desired_ecs()).update_request == {
            "networkConfiguration": {
                "awsvpcConfiguration": {"subnets": ["subnet-b", "subnet-a"], "securityGroups": []}
            }
        }

    def test_the_count_taken_out_is_kept(self):
        assert (
            plan_service({"desiredCount": ...}, {"desiredCount": 7}, previous=desired_ecs()).verb
            is Verb.NOTHING
        )

    def test_a_daemon_has_defaults_of_its_own(self):
        daemon = {"schedulingStrategy": "DAEMON", "deploymentConfiguration": {"maximumPercent": 100}}
        had = desired_ecs(service=merged(daemon, {"deploymentConfiguration": {"minimumHealthyPercent": 50}}))
        live = merged(daemon, {"deploymentConfiguration": {"minimumHealthyPercent": 50}})
        result = plan_service(daemon, live, previous=had)
        assert result.update_request["deploymentConfiguration"]["minimumHealthyPercent"] == 0

    def test_what_ecs_cannot_take_out_is_told(self):
        result = plan(desired_ecs(service={"networkConfiguration": ...}), previous=desired_ecs())
        assert result.verb is Verb.NOTHING
        assert result.warnings[0].text.startswith("networkConfiguration was taken out")


class TestTags:
    def test_only_tags_need_no_update_of_the_service(self):
        result = plan_service({"tags": [{"key": "team", "value": "checkout"}]})
        assert (result.verb, result.update_request) == (Verb.UPDATE, None)
        assert (result.tags_to_set, result.starts_deployment) == ({"team": "checkout"}, False)
        assert result.steps == ("set the service's tags",)

    def test_tags_of_others_stay(self):
        tags = {"gitmoxi:owner": OWNER, "team": "shop", "cost": "4", "aws:cloudformation:stack-name": "s"}
        assert plan(live=live_ecs(tags=tags)).verb is Verb.NOTHING

    def test_a_tag_taken_out_is_removed(self):
        result = plan(desired_ecs(service={"tags": ...}), previous=desired_ecs())
        assert (result.verb, result.tags_to_remove) == (Verb.UPDATE, ("team",))

    def test_a_users_own_owner_tag_does_not_count(self):
        result = plan_service({"tags": [*SERVICE["tags"], {"key": "gitmoxi:owner", "value": "me"}]})
        assert result.verb is Verb.NOTHING

    def test_too_many_tags_are_refused_with_the_number_that_is_left(self):
        tags = [{"key": f"k{n}", "value": ""} for n in range(49)]
        with pytest.raises(PlanningError, match=r"has 49 tags.*leave at most 48"):
            plan_service({"tags": tags})


class TestTaskDefinitionByReference:
    @pytest.mark.parametrize("reference", [TASK_DEFINITION_ARN, "web:7", "web"])
    def test_the_one_that_runs_is_kept(self, reference):
        assert plan(desired_ecs_by_reference(reference)).verb is Verb.NOTHING

    def test_a_family_alone_is_warned_of(self):
        assert "names no revision" in plan(desired_ecs_by_reference("web")).warnings[0].text

    @pytest.mark.parametrize("reference", ["web:8", "webs:7", "eb:7"])
    def test_another_one_is_used(self, reference):
        result = plan(desired_ecs_by_reference(reference))
        assert (result.register, result.task_definition, result.update_request) == (False, reference, {})
        assert str(result.differences[0]) == f"taskDefinition: {TASK_DEFINITION_ARN} → {reference}"


class TestInactiveTaskDefinition:
    def test_an_equal_service_is_left_alone(self):
        assert plan(task_definition=live_task_definition({"status": "INACTIVE"})).verb is Verb.NOTHING

    def test_a_new_deployment_registers_it_again(self):
        result = plan(task_definition=live_task_definition({"status": "INACTIVE"}), force=True)
        assert result.register
        assert "is not ACTIVE any more" in result.warnings[0].text

    def test_an_update_that_starts_no_deployment_does_not(self):
        task_definition = live_task_definition({"status": "INACTIVE"})
        assert (
            plan(desired_ecs(service={"desiredCount": 3}), task_definition=task_definition).register is False
        )

    def test_one_that_is_gone_is_registered(self):
        assert plan_ecs(desired_ecs(), live_ecs(), None, owner=OWNER).register


class TestRefusal:
    @pytest.mark.parametrize(
        ("change", "live", "message"),
        [
            pytest.param(
                {"launchType": "EC2"},
                {},
                r"launchType: FARGATE → EC2.*capacityProviderStrategy",
                id="launch type",
            ),
            pytest.param(
                {"schedulingStrategy": "DAEMON"}, {}, "schedulingStrategy: REPLICA → DAEMON", id="scheduling"
            ),
            pytest.param({"role": "other"}, {}, "role: .*AWSServiceRoleForECS → other", id="role"),
            pytest.param(
                {"deploymentController": {"type": "CODE_DEPLOY"}},
                {},
                "CODE_DEPLOY is refused: .*use ECS",
                id="CODE_DEPLOY",
            ),
            pytest.param(
                {"deploymentController": {"type": "EXTERNAL"}}, {}, "EXTERNAL is refused", id="EXTERNAL"
            ),
            pytest.param({}, {"deploymentController": {"type": "EXTERNAL"}}, "task sets", id="live EXTERNAL"),
        ],
    )
    def test_what_cannot_be_done_is_said_before_anything_is_done(self, change, live, message):
        with pytest.raises(PlanningError, match=message) as caught:
            plan_service(change, live)
        assert isinstance(caught.value, PermanentError)

    def test_another_installations_service_is_not_touched(self):
        with pytest.raises(PlanningError, match="belongs to the Gitmoxi installation 'other'"):
            plan(live=live_ecs(tags={"gitmoxi:owner": "other"}))

    def test_a_draining_service_is_made_anew_once_its_name_is_free(self):
        result = plan(live=live_ecs({"status": "DRAINING"}))
        assert result.verb is Verb.CREATE
        assert result.steps[0] == "wait until the deleted service of this name has stopped its last task"

    def test_codedeploy_is_left_for_ecs(self):
        result = plan_service({}, {"deploymentController": {"type": "CODE_DEPLOY"}})
        assert result.update_request == {"deploymentController": {"type": "ECS"}, "forceNewDeployment": True}
        assert "from CODE_DEPLOY to ECS" in result.warnings[0].text


def test_a_second_target_group_is_told_by_itself():
    second = {"targetGroupArn": f"{TARGET_GROUP}2", "containerName": "nginx", "containerPort": 80}
    result = plan_service({"loadBalancers": [*SERVICE["loadBalancers"], second]})
    assert len(result.differences) == 1
    assert len(result.update_request["loadBalancers"]) == 2
