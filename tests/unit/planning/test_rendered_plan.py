"""What people read of a plan, and that no sensitive value is in it."""

import hashlib

import pytest

from gitmoxi.domain.deployments import PlannedDifference, Verb
from gitmoxi.domain.sensitive import mask_of
from gitmoxi.planning.differences import Difference
from gitmoxi.planning.documents import MISSING
from gitmoxi.planning.ecs import plan_ecs
from gitmoxi.planning.masking import masking
from gitmoxi.planning.rendered_plan import describe
from tests.unit.planning.samples import OWNER, desired_ecs, live_ecs, live_task_definition

SECRET, OLD_SECRET = (hashlib.sha256(name).hexdigest()[:20] for name in (b"new", b"old"))


def container(**environment):
    variables = [{"name": name, "value": value} for name, value in environment.items()]
    return {"containerDefinitions": [{"name": "app", "image": "app:1", "environment": variables}]}


def difference(before, after):
    return Difference(document="service", path="p", before=before, after=after)


def described(desired, live, *, sensitive):
    plan = plan_ecs(desired, live_ecs(), live, owner=OWNER)
    return describe(plan, deployment_id="d-1", sensitive_values=sensitive)


def test_a_record_says_what_happens():
    desired = desired_ecs(service={"desiredCount": 3})
    record = described(desired, live_task_definition(), sensitive=())
    assert (record.deployment_id, record.verb, record.strategy) == ("d-1", Verb.UPDATE, "rolling")
    assert record.differences == (
        PlannedDifference(document="service", path="desiredCount", before="2", after="3"),
    )
    assert record.steps == (
        "update the service: desiredCount",
        "read the changed fields back: no tasks are replaced",
    )


def test_sensitive_values_are_replaced_by_their_masks():
    desired = desired_ecs(task_definition=container(URL=f"db://me:{SECRET}@host"))
    record = described(desired, live_task_definition(container(URL="db://me@host")), sensitive=(SECRET,))
    (told,) = [str(difference) for difference in record.differences if "URL" in difference.path]
    assert told.endswith(f"URL].value: (hidden) → db://me:{mask_of(SECRET)}@host")


def test_an_old_secret_that_nobody_listed_does_not_show_either():
    desired = desired_ecs(task_definition=container(PASSWORD=SECRET))
    record = described(desired, live_task_definition(container(PASSWORD=OLD_SECRET)), sensitive=(SECRET,))
    assert SECRET not in repr(record)
    assert OLD_SECRET not in repr(record)


def test_secrets_in_names_and_warnings_do_not_show():
    desired = desired_ecs(service={"tags": [{"key": SECRET, "value": "x"}]})
    assert SECRET not in repr(described(desired, live_task_definition(), sensitive=(SECRET,)))


class TestMask:
    @pytest.mark.parametrize(
        ("value", "sensitive"),
        [
            pytest.param("line one\nline two", "line one\nline two", id="several lines"),
            pytest.param({"a": [{"b": "x-topsecret-y"}]}, "topsecret", id="deep inside"),
            pytest.param({"topsecret": 1}, "topsecret", id="a name"),
            pytest.param(987654321, "987654321", id="a number"),
            pytest.param("yz", "yz", id="short, alone"),
        ],
    )
    def test_hides(self, value, sensitive):
        text = str(difference(MISSING, value).planned(masking([sensitive])))
        assert sensitive not in text
        assert sensitive.replace("\n", "\\n") not in text
        assert "[sensitive " in text

    @pytest.mark.parametrize(
        ("value", "sensitive"),
        [
            pytest.param("table", "ab", id="a short one inside a word"),
            pytest.param("text", "", id="an empty one"),
            pytest.param(True, "True", id="a boolean"),
            pytest.param(MISSING, "MISSING", id="nothing"),
        ],
    )
    def test_leaves_alone(self, value, sensitive):
        assert masking([sensitive])(value) == value

    def test_hides_the_longer_of_two(self):
        assert masking(["secret", "secret-2"])("secret-2") == masking(["secret-2"])("secret-2")

    def test_does_not_mask_inside_its_own_masks(self):
        once = masking(["topsecret"])("topsecret")
        assert masking(["topsecret", "sensitive"])("topsecret and") == f"{once} and"


def test_long_values_are_cut():
    text = str(difference(MISSING, "x" * 1000))
    assert text == f"p: (none) → {'x' * 300}… (1000 characters)"


def test_an_empty_text_is_shown():
    assert str(difference("", "a")) == 'p: "" → a'
