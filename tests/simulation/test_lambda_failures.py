"""Why a function's deployment failed, in words that help; what was live goes on being served."""

from __future__ import annotations

from typing import Any

import pytest

from gitmoxi.domain.states import State
from gitmoxi_local.aws_model.functions import FunctionFault, ObjectError
from tests.simulation import packages
from tests.simulation.lambda_scenarios import greet, serving
from tests.simulation.world import World

VPC: dict[str, Any] = {"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}}
KEY = {"KMSKeyArn": "arn:aws:kms:eu-central-1:111122223333:key/one"}
ROLE = {"Role": "arn:aws:iam::111122223333:role/other"}


async def explained(world: World, **members: Any) -> set[str]:
    """The ids of the explanations of a failed deployment, which left the alias where it was."""
    head = await world.run(await world.push(greet("greet-2.zip", **members)))
    assert head.state in {State.FAILED, State.ROLLED_BACK}, head.because
    assert world.alias() == "1"
    return {one.id for step in await world.ledger.steps(head.id) for one in step.explanations}


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        pytest.param(packages.MISSING, "code.object-missing", id="no such object"),
        pytest.param(packages.NO_BUCKET, "code.bucket-missing", id="no such bucket"),
        pytest.param(packages.ELSEWHERE, "code.bucket-in-other-region", id="another region's bucket"),
        pytest.param(packages.DENIED, "code.object-denied", id="not allowed"),
    ],
)
async def test_code_that_s3_does_not_give_is_explained(refusal: ObjectError, expected: str) -> None:
    world = World()
    await serving(world)
    world.functions.packages.refused["greet-2.zip"] = refusal
    assert expected in await explained(world)


@pytest.mark.parametrize(
    ("kind", "members", "expected"),
    [
        pytest.param("role_not_assumable", ROLE, "role.", id="role"),
        pytest.param("role_without_network", VPC, "", id="role without network"),
        pytest.param("subnet_missing", VPC, "network.", id="subnet"),
        pytest.param("security_group_missing", VPC, "network.", id="security group"),
        pytest.param("key_unusable", KEY, "function.key-unusable", id="key"),
        pytest.param("storage_full", {}, "quota.code-storage", id="code storage"),
    ],
)
async def test_what_lambda_refuses_is_explained(kind: str, members: dict[str, Any], expected: str) -> None:
    world = World()
    await serving(world)
    world.functions.faults.entries.append(FunctionFault(kind=kind))

    found = await explained(world, **members)

    assert any(one.startswith(expected) and one != "unknown" for one in found), found


@pytest.mark.parametrize(
    ("code", "reason", "expected"),
    [
        pytest.param("InsufficientRolePermissions", "", "function.role-lacks-permissions", id="role"),
        pytest.param("SubnetOutOfIPAddresses", "", "function.no-free-addresses", id="addresses"),
        pytest.param("InvalidSubnet", "", "function.invalid-subnet", id="subnet"),
        pytest.param("KMSKeyAccessDenied", "", "function.key-denied", id="key"),
        pytest.param("ImageDeleted", "gone", "function.image-deleted", id="image"),
        pytest.param("InvalidZipFileException", "", "function.invalid-zip", id="package"),
        pytest.param(
            "FunctionError",
            "Runtime.ImportModuleError: Unable to import module 'app'",
            "handler.import-error",
            id="handler, where Lambda starts the function by itself",
        ),
    ],
)
async def test_what_fails_while_it_settles_is_explained(code: str, reason: str, expected: str) -> None:
    world = World()
    await serving(world)
    fault = FunctionFault(kind="change_fails", match="greet-2.zip", reason_code=code, reason=reason)
    world.functions.faults.entries.append(fault)
    assert expected in await explained(world)
