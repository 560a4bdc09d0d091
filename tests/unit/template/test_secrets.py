"""Who reads Git's and webhooks' secrets may do so, as the adapter asks; and nothing that is not tagged."""

from __future__ import annotations

import pytest

from gitmoxi.adapters.aws.secrets import INSTALLATION_TAG, OPERATIONS
from gitmoxi.domain.secret_refs import SecretStore

READERS = ["Ingestor", "Api"]

RESOURCE = {SecretStore.SECRETS_MANAGER: "secret:*", SecretStore.PARAMETER_STORE: "parameter/*"}
TAG_KEY = {
    SecretStore.SECRETS_MANAGER: f"secretsmanager:ResourceTag/{INSTALLATION_TAG}",
    SecretStore.PARAMETER_STORE: f"ssm:resourceTag/{INSTALLATION_TAG}",
}
"""Each service's own condition key, as its page of the Service Authorization Reference spells it."""


def statements(template, service):
    """Those of the role itself, and of the managed policies that it holds."""
    role = template.properties("IAM::Role")[f"{service}Role"]
    documents = [policy["PolicyDocument"] for policy in role["Policies"]]
    for name, policy in template.properties("IAM::ManagedPolicy").items():
        if {"Ref": name} in role.get("ManagedPolicyArns", ()):
            documents.append(policy["PolicyDocument"])
    return [statement for document in documents for statement in document["Statement"]]


def actions(statement):
    listed = statement["Action"]
    return [listed] if isinstance(listed, str) else listed


@pytest.mark.parametrize("store", SecretStore)
@pytest.mark.parametrize("service", READERS)
class TestReading:
    @pytest.fixture
    def statement(self, template, service, store):
        [found] = [one for one in statements(template, service) if OPERATIONS[store] in actions(one)]
        return found

    def test_the_operation_is_allowed_in_our_own_account_and_region(self, statement, store):
        place = f"arn:${{AWS::Partition}}:{store}:${{AWS::Region}}:${{AWS::AccountId}}:{RESOURCE[store]}"
        assert statement["Resource"] == {"Fn::Sub": place}

    def test_what_does_not_carry_the_tag_stays_closed(self, statement, store):
        assert statement["Condition"] == {"StringEquals": {TAG_KEY[store]: {"Ref": "Installation"}}}


def test_codecommit_may_be_pulled_from_and_not_pushed_to(template):
    allowed = [action for one in statements(template, "Ingestor") for action in actions(one)]
    assert [action for action in allowed if action.startswith("codecommit:")] == ["codecommit:GitPull"]
