"""Plans for Lambda functions: nothing where nothing differs, and only what is needed where something does."""

import base64
from dataclasses import replace

import pytest

from gitmoxi.domain.deployments import PlannedWarning, Risk, Verb
from gitmoxi.domain.targets import ACTION_TAG, OWNER_TAG
from gitmoxi.errors import InvariantError
from gitmoxi.planning.aws_lambda import create_function_request, plan_lambda
from gitmoxi.planning.errors import PlanningError
from gitmoxi.planning.rendered_plan import describe
from tests.unit.planning.samples import (
    EXECUTION_ROLE,
    FUNCTION,
    LIVE_ALIAS,
    LIVE_FUNCTION,
    OWNER,
    desired_lambda,
    live_lambda,
    live_version,
)

CODE = {"S3Bucket": "code", "S3Key": "greet-1.zip", "Architectures": ["x86_64"], "Publish": False}
IMAGE = {
    "Code": {"S3Bucket": ..., "S3Key": ..., "ImageUri": "repo/greet:1"},
    "PackageType": "Image",
    "Runtime": ...,
    "Handler": ...,
    "Layers": ...,
}
LIVE_IMAGE = {"PackageType": "Image", "Runtime": ..., "Handler": ..., "Layers": ...}
SAME = desired_lambda()


def plan(desired=None, live=None, alias=LIVE_ALIAS, served=None, previous=SAME, **options):
    return plan_lambda(
        desired or desired_lambda(),
        live or live_lambda(),
        alias,
        served or live_version(),
        owner=OWNER,
        previous=previous,
        **options,
    )


def changed(change, live=None, **options):
    """A plan in which ``live`` is $LATEST and what the alias serves."""
    options.setdefault("previous", SAME)
    return plan(desired_lambda(change), live_lambda(live), served=live_version("4", live), **options)


class TestNothing:
    def test_a_function_that_is_as_wanted_is_left_alone(self):
        result = plan()
        assert (result.verb, result.differences, result.steps, result.warnings) == (Verb.NOTHING, (), (), ())
        assert (result.code_request, result.configuration_request, result.publish) == (None, None, False)

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"Timeout": 3, "MemorySize": 128, "Description": ""}, id="defaults written out"),
            pytest.param({"DeadLetterConfig": {"TargetArn": ""}, "KMSKeyArn": ""}, id="empty texts"),
            pytest.param({"Layers": FUNCTION["Layers"], "FileSystemConfigs": []}, id="lists"),
            pytest.param({"Architectures": ["x86_64"], "PackageType": "Zip"}, id="architecture and package"),
            pytest.param({"SnapStart": {"ApplyOn": "None"}}, id="SnapStart off"),
            pytest.param({"LoggingConfig": {"LogFormat": "Text"}}, id="log format"),
            pytest.param({"LoggingConfig": {"LogGroup": "/aws/lambda/greet"}}, id="log group"),
            pytest.param({"Publish": True, "Description": None}, id="publishing is ours"),
        ],
    )
    def test_another_way_of_writing_the_same_changes_nothing(self, change):
        assert changed(change).verb is Verb.NOTHING

    def test_what_never_stood_in_the_file_is_kept(self):
        live = {"Timeout": 30, "TracingConfig": {"Mode": "Active"}, "LoggingConfig": {"LogGroup": "custom"}}
        assert changed({}, live).verb is Verb.NOTHING

    def test_an_image_is_known_by_its_uri(self):
        live = live_lambda(LIVE_IMAGE, code={"ImageUri": "repo/greet:1"})
        result = plan(desired_lambda(IMAGE), live, served=live_version("4", LIVE_IMAGE), previous=None)
        assert result.verb is Verb.NOTHING

    def test_a_versions_own_description_does_not_count(self):
        assert plan(served=live_version("4", {"Description": "of 1 November"})).verb is Verb.NOTHING

    def test_variables_that_lambda_cannot_decrypt_are_taken_to_be_the_last_wanted(self):
        hidden = {"Environment": {"Variables": ..., "Error": {"ErrorCode": "AccessDeniedException"}}}
        assert changed({}, hidden).verb is Verb.NOTHING
        other = changed({"Environment": {"Variables": {"COLOUR": "red"}}}, hidden)
        assert other.configuration_request == {"Environment": {"Variables": {"COLOUR": "red"}}}


class TestCreate:
    def test_a_missing_function_is_created_published_and_aliased(self):
        result = plan_lambda(
            desired_lambda({"Publish": True, "KMSKeyArn": None}), None, None, None, owner=OWNER
        )
        assert (result.verb, result.publish, result.create_alias) == (Verb.CREATE, True, True)
        expected = {name: value for name, value in FUNCTION.items() if name != "FunctionName"}
        assert result.create_request == {**expected, "Publish": False}
        assert result.steps == (
            "create the function",
            "publish a version",
            "create the alias live on it",
        )

    def test_the_request_carries_our_tags(self):
        result = plan_lambda(desired_lambda({"Tags": {OWNER_TAG: "me"}}), None, None, None, owner=OWNER)
        request = create_function_request(result, owner=OWNER, action_id="a" * 32)
        assert request["Tags"] == {"team": "shop", OWNER_TAG: OWNER, ACTION_TAG: "a" * 32}

    def test_no_creation_planned_is_a_bug(self):
        with pytest.raises(InvariantError):
            create_function_request(plan(), owner=OWNER, action_id="a")

    def test_inline_code_becomes_bytes(self):
        code = {"ZipFile": base64.b64encode(b"PK").decode(), "S3Bucket": ..., "S3Key": ...}
        result = plan_lambda(desired_lambda({"Code": code}), None, None, None, owner=OWNER)
        assert result.create_request["Code"] == {"ZipFile": b"PK"}


class TestUpdate:
    @pytest.mark.parametrize(
        ("change", "request_"),
        [
            pytest.param({"Timeout": 30}, {"Timeout": 30}, id="timeout"),
            pytest.param(
                {"Environment": {"Variables": {"COLOUR": "red"}}},
                {"Environment": {"Variables": {"COLOUR": "red"}}},
                id="variable",
            ),
            pytest.param(
                {"Environment": {"Variables": ...}}, {"Environment": {"Variables": {}}}, id="no variables"
            ),
            pytest.param({"Layers": []}, {"Layers": []}, id="layers emptied"),
            pytest.param(
                {"LoggingConfig": {"LogFormat": "JSON"}},
                {"LoggingConfig": {"LogFormat": "JSON", "LogGroup": "/aws/lambda/greet"}},
                id="log format: the object is sent whole",
            ),
        ],
    )
    def test_only_what_changes_is_sent(self, change, request_):
        result = changed(change)
        assert (result.verb, result.configuration_request) == (Verb.UPDATE, request_)
        assert (result.publish, result.code_request, result.create_alias) == (True, None, False)

    def test_a_variable_is_told_by_name(self):
        result = changed({"Environment": {"Variables": {"COLOUR": "red"}}})
        assert [str(d) for d in result.differences] == ["Environment.Variables.COLOUR: blue → red"]

    def test_the_steps_are_told(self):
        assert changed({"Timeout": 30, "Code": {"S3Key": "greet-2.zip"}}).steps == (
            "update the code",
            "update the configuration: Timeout",
            "publish a version",
            "move the alias live to it (all at once)",
        )

    def test_json_log_levels_stay_with_their_format(self):
        live = {"LoggingConfig": {"LogFormat": "JSON", "ApplicationLogLevel": "DEBUG", "LogGroup": "custom"}}
        kept = changed({"LoggingConfig": {"LogFormat": "JSON", "SystemLogLevel": "WARN"}}, live)
        assert kept.configuration_request["LoggingConfig"] == {
            "LogFormat": "JSON",
            "ApplicationLogLevel": "DEBUG",
            "LogGroup": "custom",
            "SystemLogLevel": "WARN",
        }
        gone = changed({"LoggingConfig": {"LogFormat": "Text"}}, live)
        assert gone.configuration_request["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": "custom"}

    @pytest.mark.parametrize(
        ("had", "live", "sent"),
        [
            pytest.param({"Timeout": 30}, {"Timeout": 30}, {"Timeout": 3}, id="timeout"),
            pytest.param(
                {"DeadLetterConfig": {"TargetArn": "q"}},
                {"DeadLetterConfig": {"TargetArn": "q"}},
                {"DeadLetterConfig": {"TargetArn": ""}},
                id="dead letters",
            ),
            pytest.param(
                {"LoggingConfig": {"LogGroup": "custom"}},
                {"LoggingConfig": {"LogGroup": "custom"}},
                {"LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/greet"}},
                id="log group",
            ),
        ],
    )
    def test_what_was_taken_out_is_undone(self, had, live, sent):
        assert changed({}, live, previous=desired_lambda(had)).configuration_request == sent
        assert changed({}, previous=desired_lambda(had)).verb is Verb.NOTHING

    def test_vpc_taken_out_is_emptied(self):
        result = changed({"VpcConfig": ...})
        assert result.configuration_request == {"VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []}}

    def test_what_lambda_cannot_take_out_is_told(self):
        previous = desired_lambda({"DurableConfig": {"ExecutionTimeout": 60}})
        assert "DurableConfig was taken out" in changed({}, previous=previous).warnings[0].text

    def test_tags_alone_publish_nothing(self):
        result = changed({"Tags": {"team": "checkout"}})
        assert (result.verb, result.publish, result.tags_to_set) == (Verb.UPDATE, False, {"team": "checkout"})
        assert changed({"Tags": ...}).tags_to_remove == ("team",)

    def test_force_sends_the_code_again(self):
        result = plan(force=True)
        assert (result.verb, result.code_request, result.publish) == (Verb.UPDATE, CODE, True)


class TestCode:
    def test_another_object_is_sent(self):
        result = changed({"Code": {"S3Key": "greet-2.zip"}})
        assert result.code_request == {**CODE, "S3Key": "greet-2.zip"}
        assert str(result.differences[0]) == (
            'Code: {"S3Bucket":"code","S3Key":"greet-1.zip"} → {"S3Bucket":"code","S3Key":"greet-2.zip"}'
        )

    def test_without_a_known_past_a_zip_file_is_sent(self):
        result = plan(previous=None)
        assert (result.code_changed, result.configuration_request) == (True, None)
        assert str(result.differences[0]).startswith("Code: code with SHA-256 sha-1 → ")

    def test_an_image_that_somebody_changed_is_sent(self):
        live = live_lambda(LIVE_IMAGE, code={"ImageUri": "repo/greet:9"})
        desired = desired_lambda(IMAGE)
        result = plan(desired, live, served=live_version("4", LIVE_IMAGE), previous=desired)
        assert result.code_request == {
            "ImageUri": "repo/greet:1",
            "Architectures": ["x86_64"],
            "Publish": False,
        }

    def test_code_that_a_failed_deployment_left_is_replaced(self):
        left = {"CodeSha256": "sha-2"}
        result = plan(live=live_lambda(left))
        assert (result.verb, result.code_request) == (Verb.UPDATE, CODE)
        assert str(result.differences[0]) == "CodeSha256: sha-2 → sha-1"

    def test_the_recorded_hash_decides_when_it_is_known(self):
        assert plan(last_good_code_sha256="sha-1").verb is Verb.NOTHING
        assert plan(last_good_code_sha256="sha-0").code_changed

    def test_an_architecture_goes_with_the_code(self):
        result = changed({"Architectures": ["arm64"]})
        assert (result.code_request, result.configuration_request) == (
            {**CODE, "Architectures": ["arm64"]},
            None,
        )

    def test_the_live_architecture_is_sent_again(self):
        result = changed({"Code": {"S3Key": "2.zip"}}, {"Architectures": ["arm64"]})
        assert result.code_request["Architectures"] == ["arm64"]

    def test_inline_code_is_shown_by_its_hash(self):
        code = {"ZipFile": base64.b64encode(b"PK" * 500).decode(), "S3Bucket": ..., "S3Key": ...}
        result = changed({"Code": code})
        assert result.code_request["ZipFile"] == b"PK" * 500
        assert "inline, hash" in str(result.differences[0])


class TestAlias:
    def test_a_missing_alias_gets_a_version(self):
        result = plan(alias=None)
        assert (result.verb, result.publish, result.create_alias) == (Verb.UPDATE, True, True)
        assert str(result.differences[0]) == "live: (none) → a newly published version"
        assert result.steps == ("publish a version", "create the alias live on it")

    def test_an_alias_of_latest_gets_a_version(self):
        result = plan(alias=replace(LIVE_ALIAS, version="$LATEST"))
        assert (result.publish, result.create_alias, result.code_request) == (True, False, None)

    def test_a_version_that_lags_behind_is_replaced(self):
        result = plan(
            served=live_version("4", {"Timeout": 9}),
            previous=desired_lambda(),
            desired=desired_lambda({"Timeout": 3}),
        )
        assert (result.publish, result.configuration_request, result.code_request) == (True, None, None)
        assert str(result.differences[0]) == "Timeout: 9 → 3"

    def test_weights_of_others_are_told(self):
        weighted = replace(LIVE_ALIAS, weights={"5": 0.1})
        text = "the alias live sends 10% to version 5: the next move ends that"
        assert plan(alias=weighted).warnings == (PlannedWarning(text=text),)
        moved = plan(desired_lambda({"Timeout": 9}), alias=weighted)
        assert moved.warnings == (PlannedWarning(text=text, risk=Risk.DATA_PATH),)


def carried_out(result, live):
    """The function as Lambda answers it after the plan's calls; code is known by its request."""
    document = {**live, **(result.configuration_request or {})}
    if "ImageConfig" in document:
        document["ImageConfigResponse"] = {"ImageConfig": document.pop("ImageConfig")}
    layers = (result.configuration_request or {}).get("Layers")
    if layers is not None:
        document["Layers"] = [{"Arn": arn, "CodeSize": 1} for arn in layers]
    if result.code_request is not None:
        document |= {"CodeSha256": "sha-new", "Architectures": result.code_request["Architectures"]}
    return document


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"Timeout": 30, "MemorySize": 512, "Description": "new"}, id="numbers and text"),
        pytest.param({"Environment": ..., "VpcConfig": ..., "Layers": ...}, id="members taken out"),
        pytest.param({"Code": {"S3Key": "greet-2.zip"}, "Architectures": ["arm64"]}, id="code"),
        pytest.param({"LoggingConfig": {"LogFormat": "JSON", "LogGroup": "custom"}}, id="logging"),
        pytest.param(
            {"SnapStart": {"ApplyOn": "PublishedVersions"}, "KMSKeyArn": "key"}, id="SnapStart, key"
        ),
        pytest.param({"TracingConfig": {"Mode": "Active"}, "EphemeralStorage": {"Size": 1024}}, id="tracing"),
        pytest.param({"ImageConfig": {"Command": ["a"]}}, id="image configuration"),
    ],
)
def test_what_was_updated_needs_nothing_more(change):
    desired = desired_lambda(change)
    first = plan(desired)
    assert first.verb is Verb.UPDATE
    live = carried_out(first, LIVE_FUNCTION)
    again = plan(
        desired,
        live_lambda(live),
        replace(LIVE_ALIAS, version="5"),
        live_version("5", live),
        previous=desired,
        last_good_code_sha256=live["CodeSha256"],
    )
    assert (again.verb, again.differences) == (Verb.NOTHING, ())


class TestWarnings:
    @pytest.mark.parametrize(
        ("settings", "told"),
        [
            pytest.param({}, (), id="nothing asked"),
            pytest.param({"trafficShiftingConfig": {"type": "ALL_AT_ONCE"}}, (), id="all at once asked"),
            pytest.param({"trafficShiftingConfig": {"percent": 10}}, ("CANARY",), id="canary by default"),
            pytest.param({"trafficShiftingConfig": {"type": "LINEAR"}}, ("LINEAR",), id="linear"),
        ],
    )
    def test_shifting_that_is_not_done_yet(self, settings, told):
        warnings = plan(desired_lambda(settings={"alias": "live", **settings})).warnings
        assert len(warnings) == len(told)
        assert all(word in w.text and "ALL_AT_ONCE" in w.text for word, w in zip(told, warnings, strict=True))

    def test_event_sources(self):
        assert (
            "event sources" in plan(desired_lambda(event_sources={"PushEventSources": [{}]})).warnings[0].text
        )

    @pytest.mark.parametrize(
        "change", [{"Role": f"{EXECUTION_ROLE}-2"}, {"DeadLetterConfig": {"TargetArn": "queue"}}]
    )
    def test_what_moves_at_once(self, change):
        (told,) = changed(change).warnings
        assert told.risk is Risk.DATA_PATH
        assert told.text.startswith(f"{next(iter(change))} changes: ")
        assert told.text.endswith("the traffic moves at once")

    def test_another_network_is_a_risk_of_the_data_path(self):
        (told,) = changed({"VpcConfig": {"SubnetIds": ["subnet-c"]}}).warnings
        assert (told.risk, told.text.split(":")[0]) == (Risk.DATA_PATH, "the network changes")

    def test_adoption(self):
        result = plan(desired_lambda({"Timeout": 9}), live_lambda(tags={"team": "shop"}))
        assert (result.verb, result.adopts, result.tags_to_set) == (Verb.UPDATE, True, {})
        assert result.warnings[0].text.endswith("was not made by Gitmoxi: it is updated, but never deleted")

    def test_code_signing(self):
        assert "CodeSigningConfigArn" in changed({"CodeSigningConfigArn": "csc"}).warnings[0].text


class TestRefusal:
    @pytest.mark.parametrize(
        ("desired", "message"),
        [
            pytest.param(desired_lambda(settings={}), 'add "alias"', id="no alias"),
            pytest.param(desired_lambda({"Code": ...}), "names no code", id="no code"),
            pytest.param(desired_lambda(IMAGE), "PackageType: Zip → Image", id="package type"),
            pytest.param(
                desired_lambda({"TenancyConfig": {"TenantIsolationMode": "PER_TENANT"}}),
                "TenancyConfig",
                id="tenancy",
            ),
            pytest.param(desired_lambda({"Code": {"ZipFile": "?"}}), "no base64", id="inline code"),
            pytest.param(desired_lambda({"Tags": {str(n): "" for n in range(60)}}), "at most 48", id="tags"),
        ],
    )
    def test_what_cannot_be_done_is_said_before_anything_is_done(self, desired, message):
        with pytest.raises(PlanningError, match=message):
            plan(desired)

    def test_another_installations_function_is_not_touched(self):
        with pytest.raises(PlanningError, match="belongs to the Gitmoxi installation 'other'"):
            plan(live=live_lambda(tags={OWNER_TAG: "other"}))


def test_sensitive_values_of_a_function_are_not_told():
    result = changed({"Environment": {"Variables": {"COLOUR": "ultraviolet"}}})
    record = describe(result, deployment_id="d-1", sensitive_values=("ultraviolet",))
    assert "ultraviolet" not in repr(record)
    assert record.strategy == "all_at_once"
