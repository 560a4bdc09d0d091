"""What gmctl learns from AWS with the person's own credentials: the stack, and what its roles may do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from gitmoxi.adapters.aws.account import StsAccount
from gitmoxi.adapters.aws.errors import aws_errors
from gitmoxi.adapters.aws.sessions import ClientSource
from gitmoxi.domain.checkups import Finding, Outcome, judge_clock
from gitmoxi.errors import AccessDeniedError, GitmoxiError, NotFoundError
from gitmoxi.ports.aws_account import Caller
from gitmoxi.runtime.stack_outputs import StackOutputs
from gitmoxi_gmctl.doctor.permissions import (
    DEPLOY_ACTIONS,
    DEPLOY_ROLE,
    ROLE_NEEDS,
    SERVICE_OF,
    Need,
    Place,
    arns_of,
)

_WELL = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})
_MOST_SHOWN = 4
_WHAT_TO_UPDATE = "Update the stack from this version's deploy/cloudformation/gitmoxi.yaml."


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A stack as CloudFormation tells it: its outputs, and the names of its roles by logical id."""

    status: str
    outputs: Mapping[str, str]
    roles: Mapping[str, str]


class Looks(Protocol):
    """What is asked of AWS; see ``AwsLooks``."""

    async def caller(self) -> Caller: ...
    async def stack(self, name: str) -> Installed: ...
    async def denied(
        self, role_arn: str, actions: tuple[str, ...], resources: tuple[str, ...]
    ) -> list[str]: ...


class AwsLooks:
    """Reads of the account; all may raise what ``aws_errors`` makes of AWS's errors."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients
        self._account = StsAccount(clients)

    async def caller(self) -> Caller:
        """Who asks."""
        return await self._account.caller()

    async def stack(self, name: str) -> Installed:
        """API_DescribeStacks and API_DescribeStackResources of CloudFormation.

        Raises:
            NotFoundError: there is no such stack.
        """
        client = await self._clients.client("cloudformation")
        try:
            async with aws_errors("cloudformation:DescribeStacks", mutation=False):
                [stack] = (await client.describe_stacks(StackName=name))["Stacks"]
        except AccessDeniedError:
            raise
        except GitmoxiError as error:
            # CloudFormation's word for it is a ValidationError.
            if "does not exist" in str(error):
                raise NotFoundError(f"There is no stack {name}.") from error
            raise
        async with aws_errors("cloudformation:DescribeStackResources", mutation=False):
            resources = await client.describe_stack_resources(StackName=name)
        return Installed(
            status=stack["StackStatus"],
            outputs={output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])},
            roles={
                resource["LogicalResourceId"]: resource["PhysicalResourceId"]
                for resource in resources["StackResources"]
                if resource["ResourceType"] == "AWS::IAM::Role"
            },
        )

    async def denied(self, role_arn: str, actions: tuple[str, ...], resources: tuple[str, ...]) -> list[str]:
        """The actions that the role may not do on all of ``resources`` (API_SimulatePrincipalPolicy of IAM).

        The simulator knows a role's own policies and the organisation's limits, no resource's own policy.
        """
        client = await self._clients.client("iam")
        found: list[Mapping[str, Any]] = []
        more: dict[str, str] = {}
        while True:
            async with aws_errors("iam:SimulatePrincipalPolicy", mutation=False):
                answer = await client.simulate_principal_policy(
                    PolicySourceArn=role_arn,
                    ActionNames=list(actions),
                    ResourceArns=list(resources),
                    **more,
                )
            found += answer["EvaluationResults"]
            if not answer.get("IsTruncated"):
                break
            more = {"Marker": answer["Marker"]}
        return sorted({result["EvalActionName"] for result in found if not _is_allowed(result)})


def _is_allowed(result: Mapping[str, Any]) -> bool:
    parts = result.get("ResourceSpecificResults") or [{"EvalResourceDecision": result["EvalDecision"]}]
    return all(part["EvalResourceDecision"] == "allowed" for part in parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsExamination:
    """Looks at one account and region, step by step; what cannot be looked at is a finding.

    ``stack`` and ``deploy_role`` are names; ``now`` tells this machine's time.
    """

    looks: Looks
    region: str
    stack: str
    deploy_role: str
    now: Callable[[], datetime]

    async def run(self) -> list[Finding]:
        """All findings, as far as one step allows the next."""
        try:
            caller = await self.looks.caller()
        except GitmoxiError as error:
            return [
                Finding(
                    check="aws credentials",
                    outcome=Outcome.FAIL,
                    because=_sentence(error),
                    advice="Log in again, or give others with --profile.",
                )
            ]
        told = f"You are {caller.arn}, in {self.region}."
        findings = [Finding(check="aws credentials", outcome=Outcome.OK, because=told), *self._clock(caller)]
        place = Place(partition=caller.arn.split(":")[1], region=self.region, account=caller.account)
        installed, finding = await self._stack()
        findings.append(finding)
        if installed is not None:
            findings += [await self._role(logical, installed, place) for logical in ROLE_NEEDS]
        return [*findings, await self._deploy_role(place)]

    def _clock(self, caller: Caller) -> list[Finding]:
        if caller.server_time is None:
            return []
        skew = self.now() - caller.server_time
        whose = "The clock of this machine and AWS's"
        return [judge_clock("clock against aws", skew, whose=whose, advice="Set the clock of this machine.")]

    async def _stack(self) -> tuple[Installed | None, Finding]:
        check = f"stack {self.stack}"
        try:
            installed = await self.looks.stack(self.stack)
        except AccessDeniedError as error:
            because = f"Your credentials may not look at it: {error.operation} is denied."
            return None, Finding(check=check, outcome=Outcome.SKIPPED, because=because)
        except NotFoundError:
            because = f"There is none of this name in {self.region}."
            advice = "Name it with --stack, its region with --region, or install it."
            return None, Finding(check=check, outcome=Outcome.FAIL, because=because, advice=advice)
        except GitmoxiError as error:
            return None, Finding(check=check, outcome=Outcome.FAIL, because=_sentence(error))
        return installed, judge_stack(check, installed)

    async def _role(self, logical: str, installed: Installed, place: Place) -> Finding:
        check = f"role of {SERVICE_OF[logical]}"
        if logical not in installed.roles:
            because = f"The stack has no {logical}."
            return Finding(check=check, outcome=Outcome.FAIL, because=because, advice=_WHAT_TO_UPDATE)
        role = f"arn:{place.partition}:iam::{place.account}:role/{installed.roles[logical]}"
        outputs = {**installed.outputs, DEPLOY_ROLE: self.deploy_role}
        asks = [ask for need in ROLE_NEEDS[logical] for ask in _asks(need, outputs, place)]
        return await self._simulated(check, role, asks, _WHAT_TO_UPDATE)

    async def _deploy_role(self, place: Place) -> Finding:
        role = f"arn:{place.partition}:iam::{place.account}:role/{self.deploy_role}"
        advice = "Update its stack from this version's deploy/cloudformation/target-account.yaml."
        return await self._simulated(
            f"deploy role {self.deploy_role}", role, [(DEPLOY_ACTIONS, ("*",))], advice
        )

    async def _simulated(
        self, check: str, role: str, asks: list[tuple[tuple[str, ...], tuple[str, ...]]], advice: str
    ) -> Finding:
        denied: list[str] = []
        try:
            for actions, resources in asks:
                denied += await self.looks.denied(role, actions, resources)
        except AccessDeniedError as error:
            because = f"Your credentials may not simulate its policies ({error.operation} is denied)."
            advice = "Allow iam:SimulatePrincipalPolicy to see what a role may do; deploying needs it not."
            return Finding(check=check, outcome=Outcome.SKIPPED, because=because, advice=advice)
        except GitmoxiError as error:
            return _not_simulated(check, role, error)
        if set(denied) == {action for actions, _ in asks for action in actions}:
            because = f"{role.rpartition('/')[2]} may do nothing of what it needs, or there is no such role."
            return Finding(check=check, outcome=Outcome.FAIL, because=because, advice=advice)
        if denied:
            because = f"{role.rpartition('/')[2]} may not {_some(sorted(set(denied)))}."
            return Finding(check=check, outcome=Outcome.FAIL, because=because, advice=advice)
        because = "It may do all that it needs, as far as IAM's simulator sees."
        return Finding(check=check, outcome=Outcome.OK, because=because)


def judge_stack(check: str, installed: Installed) -> Finding:
    """Whether a stack is done, and gives out all that this version's services read."""
    wanted = {str(field.alias) for field in StackOutputs.model_fields.values() if field.is_required()}
    missing = sorted(wanted - set(installed.outputs))
    if missing:
        because = f"It lacks the output{'' if len(missing) == 1 else 's'} {_some(missing)}."
        return Finding(check=check, outcome=Outcome.FAIL, because=because, advice=_WHAT_TO_UPDATE)
    if installed.status not in _WELL:
        because = f"It is {installed.status}."
        advice = "CloudFormation's events of the stack say why."
        return Finding(check=check, outcome=Outcome.WARN, because=because, advice=advice)
    because = f"It is {installed.status}, with all {len(wanted)} outputs."
    return Finding(check=check, outcome=Outcome.OK, because=because)


def _asks(
    need: Need, outputs: Mapping[str, str], place: Place
) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Actions and the ARNs on which they are needed; an output that is missing was told of before."""
    by_arns: dict[str, list[str]] = {}
    for resource in need.resources:
        if resource in outputs:
            for action_start, arns in arns_of(resource, outputs[resource], place).items():
                by_arns.setdefault(action_start, []).extend(arns)
    special = {start for start in by_arns if start}
    return [
        (actions, tuple(arns))
        for start, arns in by_arns.items()
        if (
            actions := tuple(
                action for action in need.actions if (action == start if start else action not in special)
            )
        )
    ]


def _not_simulated(check: str, role: str, error: GitmoxiError) -> Finding:
    code = getattr(error, "code", "")
    if code in {"NoSuchEntity", "NoSuchEntityException"}:
        because = f"There is no role {role}."
        advice = "Install deploy/cloudformation/target-account.yaml, or name the role with --deploy-role."
        return Finding(check=check, outcome=Outcome.FAIL, because=because, advice=advice)
    if code in {"InvalidAction", "UnknownOperation", "UnknownOperationException", "NotImplemented"}:
        because = "What answers here simulates no policies, as a local cloud does not."
        return Finding(check=check, outcome=Outcome.SKIPPED, because=because)
    because = f"Its policies could not be simulated: {_sentence(error)}"
    return Finding(check=check, outcome=Outcome.WARN, because=because, advice="Try again.")


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:_MOST_SHOWN])
    return shown if len(names) <= _MOST_SHOWN else f"{shown} and {len(names) - _MOST_SHOWN} more"


def _sentence(error: GitmoxiError) -> str:
    return f"{str(error).rstrip('.')}."
