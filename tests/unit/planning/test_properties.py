"""What holds for every document: equal ones do not differ, and edits are told at their place."""

import copy
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from gitmoxi.domain.deployments import Verb
from gitmoxi.planning.desired import DesiredEcs, task_definition_hash
from gitmoxi.planning.differences import diff_documents
from gitmoxi.planning.documents import canonical
from gitmoxi.planning.ecs import plan_ecs
from gitmoxi.planning.masking import masking
from gitmoxi.planning.service_rules import SERVICE_RULES
from gitmoxi.planning.task_definition_change import diff_task_definitions
from gitmoxi.planning.task_definition_rules import TASK_DEFINITION_RULES
from gitmoxi.ports.ecs import EcsTaskDefinition
from tests.unit.planning.samples import ECS_TARGET, OWNER, SERVICE, live_ecs

NAMES = st.sampled_from(["a", "b", "cpu", "name", "tags", "containerDefinitions", "environment", "image"])
SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-5, 5) | st.text(max_size=4)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(NAMES, JSON, max_size=4)

WORDS = st.text("abcdefgh", min_size=1, max_size=5)
CONTAINERS = st.fixed_dictionaries(
    {"name": WORDS, "image": WORDS},
    optional={
        "cpu": st.integers(0, 4),
        "essential": st.booleans(),
        "command": st.lists(WORDS, max_size=3),
        "environment": st.lists(
            st.fixed_dictionaries({"name": WORDS, "value": WORDS}), max_size=4, unique_by=lambda e: e["name"]
        ),
        "portMappings": st.lists(
            st.fixed_dictionaries(
                {"containerPort": st.integers(1, 9)},
                optional={"protocol": st.sampled_from(["tcp", "udp"]), "hostPort": st.integers(0, 9)},
            ),
            max_size=3,
        ),
        "healthCheck": st.fixed_dictionaries(
            {"command": st.just(["CMD", "true"])}, optional={"interval": st.sampled_from([30, 10])}
        ),
    },
)
TASK_DEFINITIONS = st.fixed_dictionaries(
    {
        "family": WORDS,
        "containerDefinitions": st.lists(CONTAINERS, min_size=1, max_size=3, unique_by=lambda c: c["name"]),
    },
    optional={
        "networkMode": st.sampled_from(["awsvpc", "bridge"]),
        "cpu": st.sampled_from(["256", ".25 vCPU", "1 vcpu"]),
        "requiresCompatibilities": st.lists(st.sampled_from(["FARGATE", "EC2"]), max_size=2, unique=True),
        "volumes": st.lists(
            st.fixed_dictionaries({"name": WORDS}), max_size=2, unique_by=lambda v: v["name"]
        ),
    },
)

FEW = settings(max_examples=40)


def shuffled(document, random):
    """The same task definition, with its order-free lists in another order."""
    result = copy.deepcopy(document)
    random.shuffle(result["containerDefinitions"])
    random.shuffle(result.get("volumes", []))
    random.shuffle(result.get("requiresCompatibilities", []))
    for container in result["containerDefinitions"]:
        random.shuffle(container.get("environment", []))
        random.shuffle(container.get("portMappings", []))
    return result


def registered(document):
    return EcsTaskDefinition(document={**document, "taskDefinitionArn": "arn", "status": "ACTIVE"})


@FEW
@given(DOCUMENTS)
def test_any_document_equals_itself(document):
    live = json.loads(json.dumps(document))
    for rules in (TASK_DEFINITION_RULES, SERVICE_RULES):
        assert diff_documents(document, live, rules=rules) == ()


@FEW
@given(DOCUMENTS, DOCUMENTS)
def test_any_two_documents_can_be_compared(one, other):
    for difference in diff_documents(one, other, rules=TASK_DEFINITION_RULES):
        assert str(difference)


@FEW
@given(TASK_DEFINITIONS, st.randoms(use_true_random=False))
def test_order_makes_no_difference_where_aws_has_none(document, random):
    other = shuffled(document, random)
    assert diff_task_definitions(document, registered(other)) == ()
    assert task_definition_hash(document) == task_definition_hash(other)


@FEW
@given(TASK_DEFINITIONS, TASK_DEFINITIONS)
def test_hashes_are_equal_exactly_where_nothing_differs(one, other):
    equal_hashes = task_definition_hash(one) == task_definition_hash(other)
    assert equal_hashes is (diff_task_definitions(one, registered(other)) == ())


@FEW
@given(TASK_DEFINITIONS, WORDS)
def test_an_edited_image_is_told_at_its_place(document, image):
    edited = copy.deepcopy(document)
    container = edited["containerDefinitions"][0]
    before, container["image"] = container["image"], image
    told = [str(difference) for difference in diff_task_definitions(edited, registered(document))]
    expected = [f"containerDefinitions[{container['name']}].image: {before} → {image}"]
    assert told == ([] if before == image else expected)


@FEW
@given(TASK_DEFINITIONS, st.integers(1, 9))
def test_a_service_equals_what_was_made_of_it(document, count):
    service = {**SERVICE, "desiredCount": count}
    desired = DesiredEcs(target=ECS_TARGET, service=service, task_definition=document)
    plan = plan_ecs(desired, live_ecs({"desiredCount": count}), registered(document), owner=OWNER)
    assert (plan.verb, plan.differences) == (Verb.NOTHING, ())


@FEW
@given(JSON, st.lists(st.text("αβγδ", min_size=4, max_size=6), min_size=1, max_size=3))
def test_no_sensitive_value_survives_masking(value, sensitive):
    document = {"value": value, "inside": [f"x{text}y" for text in sensitive], "".join(sensitive): 1}
    shown = canonical(masking(sensitive)(document))
    assert [text for text in sensitive if text in shown] == []
