"""What gmctl finds in an AWS account: every outcome of stack, roles and credentials."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gitmoxi.errors import AccessDeniedError, AwsRejectedError, NotFoundError, UnavailableError
from gitmoxi.ports.aws_account import Caller
from gitmoxi.runtime.stack_outputs import StackOutputs
from gitmoxi_gmctl.doctor.aws_checks import AwsExamination, AwsLooks, Installed
from gitmoxi_gmctl.doctor.permissions import ROLE_NEEDS, SERVICE_OF

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
OUTPUTS = {
    str(field.alias): f"https://sqs/1/{name}" if name.endswith("url") else name
    for name, field in StackOutputs.model_fields.items()
}
ROLES = {logical: f"gitmoxi-{logical}-1A2B" for logical in ROLE_NEEDS}
ARN = "arn:aws:iam::111122223333:role/"


def refused(code: str) -> AwsRejectedError:
    kind = AccessDeniedError if code == "AccessDenied" else AwsRejectedError
    return kind(operation="iam:SimulatePrincipalPolicy", code=code, reason="no")


class Account:
    """An AWS account; ``forbidden`` are role and action, ``faults`` by what is asked."""

    def __init__(self) -> None:
        self.told = Caller(account="111122223333", arn="arn:aws:iam::111122223333:user/ada", server_time=NOW)
        self.installed = Installed(status="CREATE_COMPLETE", outputs=OUTPUTS, roles=ROLES)
        self.forbidden: set[tuple[str, str]] = set()
        self.faults: dict[str, Exception] = {}
        self.asked: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = []

    async def caller(self) -> Caller:
        self._raise("caller")
        return self.told

    async def stack(self, name: str) -> Installed:
        self._raise("stack")
        return self.installed

    async def denied(self, role_arn: str, actions: tuple[str, ...], resources: tuple[str, ...]) -> list[str]:
        self._raise("denied")
        self.asked.append((role_arn, actions, resources))
        return [action for action in actions if (role_arn, action) in self.forbidden]

    def _raise(self, what: str) -> None:
        if what in self.faults:
            raise self.faults[what]


@pytest.fixture
def account() -> Account:
    return Account()


async def examined(account: Account, **changes: Any) -> dict[str, tuple[str, str]]:
    values: dict[str, Any] = {
        "looks": account,
        "region": "eu-west-1",
        "stack": "gitmoxi",
        "deploy_role": "gitmoxi-deploy",
        "now": lambda: NOW,
    }
    found = await AwsExamination(**values | changes).run()
    return {finding.check: (finding.outcome, finding.because) for finding in found}


async def test_all_is_well(account):
    findings = await examined(account)
    assert {outcome for outcome, _ in findings.values()} == {"OK"}
    assert set(findings) == {
        "aws credentials",
        "clock against aws",
        "stack gitmoxi",
        "deploy role gitmoxi-deploy",
        *(f"role of {service}" for service in SERVICE_OF.values()),
    }


async def test_credentials_that_do_not_work_end_it_at_once(account):
    account.faults["caller"] = UnavailableError("sts:GetCallerIdentity did not reach AWS")
    assert await examined(account) == {
        "aws credentials": ("FAIL", "sts:GetCallerIdentity did not reach AWS.")
    }


async def test_a_clock_that_is_off_is_told(account):
    findings = await examined(account, now=lambda: NOW + timedelta(minutes=7))
    assert findings["clock against aws"][0] == "FAIL"


class TestStack:
    @pytest.mark.parametrize(
        ("fault", "outcome", "said"),
        [
            pytest.param(NotFoundError("none"), "FAIL", "There is none of this name", id="no such stack"),
            pytest.param(refused("AccessDenied"), "SKIPPED", "may not look at it", id="denied"),
            pytest.param(UnavailableError("away"), "FAIL", "away.", id="out of reach"),
        ],
    )
    async def test_one_that_cannot_be_seen_leaves_the_deploy_role_to_be_looked_at(
        self, account, fault, outcome, said
    ):
        account.faults["stack"] = fault
        findings = await examined(account)
        assert (findings["stack gitmoxi"][0], said in findings["stack gitmoxi"][1]) == (outcome, True)
        assert findings["deploy role gitmoxi-deploy"][0] == "OK"
        assert not [check for check in findings if check.startswith("role of")]

    @pytest.mark.parametrize(
        ("changes", "outcome", "said"),
        [
            pytest.param({"status": "UPDATE_ROLLBACK_COMPLETE"}, "WARN", "It is UPDATE_R", id="rolled back"),
            pytest.param({"outputs": {}}, "FAIL", "It lacks the outputs ApiLogGroup, Audit", id="no outputs"),
            pytest.param(
                {"outputs": {k: v for k, v in OUTPUTS.items() if k != "AuditTable"}},
                "FAIL",
                "It lacks the output AuditTable.",
                id="an older template",
            ),
        ],
    )
    async def test_is_judged_by_status_and_outputs(self, account, changes, outcome, said):
        values = {"status": "CREATE_COMPLETE", "outputs": OUTPUTS, "roles": ROLES}
        account.installed = Installed(**values | changes)
        found = (await examined(account))["stack gitmoxi"]
        assert (found[0], said in found[1]) == (outcome, True)


class TestRoles:
    async def test_what_one_may_not_do_is_named(self, account):
        role = ARN + ROLES["PlannerRole"]
        account.forbidden = {(role, "dynamodb:PutItem"), (role, "s3:PutObject")}
        outcome, because = (await examined(account))["role of planner"]
        assert outcome == "FAIL"
        assert because == f"{ROLES['PlannerRole']} may not dynamodb:PutItem, s3:PutObject."

    async def test_one_that_the_stack_lacks_is_a_failure(self, account):
        roles = {logical: name for logical, name in ROLES.items() if logical != "ApiRole"}
        account.installed = Installed(status="CREATE_COMPLETE", outputs=OUTPUTS, roles=roles)
        assert (await examined(account))["role of api"] == ("FAIL", "The stack has no ApiRole.")

    async def test_each_is_asked_about_its_own_resources(self, account):
        await examined(account)
        asked = {
            (action, resource)
            for role, actions, resources in account.asked
            if role == ARN + ROLES["IngestorRole"]
            for action in actions
            for resource in resources
        }
        assert ("s3:ListBucket", "arn:aws:s3:::snapshot_bucket") in asked
        assert ("s3:PutObject", "arn:aws:s3:::snapshot_bucket/a-body") in asked
        assert ("s3:PutObject", "arn:aws:s3:::snapshot_bucket") not in asked
        assert ("dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/commits_table") in asked
        assert not [action for action, _ in asked if action == "sts:AssumeRole"]

    @pytest.mark.parametrize(
        ("code", "outcome", "said"),
        [
            pytest.param("AccessDenied", "SKIPPED", "may not simulate", id="the simulation is denied"),
            pytest.param("InvalidAction", "SKIPPED", "local cloud", id="a local cloud"),
            pytest.param("NoSuchEntity", "FAIL", "There is no role", id="no such role"),
            pytest.param("PolicyEvaluation", "WARN", "could not be simulated", id="the simulator failed"),
        ],
    )
    async def test_a_simulation_that_is_not_possible_is_no_verdict(self, account, code, outcome, said):
        account.faults["denied"] = refused(code)
        found = (await examined(account))["deploy role gitmoxi-deploy"]
        assert (found[0], said in found[1]) == (outcome, True)


class Simulator:
    """IAM as API_SimulatePrincipalPolicy describes its answers, in pages of one."""

    def __init__(self, results: list[Mapping[str, Any]]) -> None:
        self._results = results

    async def client(self, service: str, **_: Any) -> Any:
        assert service == "iam"
        return self

    async def simulate_principal_policy(self, *, Marker: str = "0", **request: Any) -> Mapping[str, Any]:  # noqa: N803 - AWS's name
        page = int(Marker)
        more = page + 1 < len(self._results)
        return {
            "EvaluationResults": [self._results[page]],
            "IsTruncated": more,
            **({"Marker": str(page + 1)} if more else {}),
        }


async def test_an_action_is_allowed_if_it_is_on_every_resource():
    results = [
        {"EvalActionName": "a:All", "EvalDecision": "allowed"},
        {"EvalActionName": "a:None", "EvalDecision": "implicitDeny"},
        {
            "EvalActionName": "a:Some",
            "EvalDecision": "allowed",
            "ResourceSpecificResults": [
                {"EvalResourceName": "x", "EvalResourceDecision": "allowed"},
                {"EvalResourceName": "y", "EvalResourceDecision": "explicitDeny"},
            ],
        },
    ]
    assert await AwsLooks(Simulator(results)).denied(ARN + "x", ("a:All",), ("*",)) == ["a:None", "a:Some"]
