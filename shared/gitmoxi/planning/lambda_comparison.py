"""How a live Lambda function, and the version that its alias serves, differ from what is wanted."""

from __future__ import annotations

from gitmoxi.planning.desired import DesiredLambda
from gitmoxi.planning.differences import Difference, diff_documents
from gitmoxi.planning.documents import MISSING, Document, Json
from gitmoxi.planning.lambda_code import code_place
from gitmoxi.planning.lambda_rules import LAMBDA_RULES, comparable_function, resets
from gitmoxi.planning.removals import with_removals
from gitmoxi.ports.aws_lambda import LambdaAlias, LambdaFunction


def wanted_function(desired: DesiredLambda, previous: DesiredLambda | None) -> Document:
    """The function's document, with what left it reset."""
    wanted = with_removals(
        desired.function,
        previous.function if previous else None,
        resets(desired.function, desired.target.function_name),
    )
    if "Environment" in wanted:
        # Without Variables, UpdateFunctionConfiguration keeps the old ones.
        wanted["Environment"] = {"Variables": {}, **wanted["Environment"]}
    return wanted


def readable_function(live: LambdaFunction, previous: DesiredLambda | None) -> Document:
    """The live document; variables that Lambda could not decrypt are taken to be those last wanted."""
    document = dict(comparable_function(live))
    if (live.configuration.get("Environment") or {}).get("Error") and previous is not None:
        document["Environment"] = previous.function.get("Environment") or {}
    return document


def served_differences(
    wanted: Document,
    live: LambdaFunction,
    alias: LambdaAlias | None,
    served: LambdaFunction | None,
    previous: DesiredLambda | None,
    *,
    alias_name: str,
) -> tuple[Difference, ...]:
    """How what the alias serves differs from what is wanted, whatever ``$LATEST`` is."""
    if served is None:
        before = MISSING if alias is None else f"version {alias.version}"
        return (alias_moves(before, alias_name),)
    differences = [
        difference
        for difference in diff_documents(wanted, readable_function(served, previous), rules=LAMBDA_RULES)
        if difference.field != "Description"  # A version may carry its own.
    ]
    if served.code_sha256 != live.code_sha256:
        differences.append(code_place(served.code_sha256, live.code_sha256, path="CodeSha256"))
    return tuple(differences)


def alias_moves(before: Json, alias_name: str) -> Difference:
    """The alias gets another version, whose number Lambda gives."""
    return Difference(document="alias", path=alias_name, before=before, after="a newly published version")


def all_differences(
    code: Difference | None, latest: tuple[Difference, ...], served: tuple[Difference, ...]
) -> tuple[Difference, ...]:
    """Each place once; where both differ from what is wanted, people want to see what is served."""
    by_path = {difference.path: difference for difference in (*latest, *served)}
    if code is not None:
        by_path.pop("CodeSha256", None)
        by_path[code.path] = code
    return tuple(by_path[path] for path in sorted(by_path))
