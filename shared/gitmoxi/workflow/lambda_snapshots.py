"""What a Lambda function was when a deployment took its slot, and what of it can be brought back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gitmoxi.domain.targets import LambdaTarget
from gitmoxi.errors import UnreadableBodyError
from gitmoxi.planning.desired import DesiredLambda
from gitmoxi.planning.differences import diff_documents
from gitmoxi.planning.documents import Document
from gitmoxi.planning.lambda_comparison import readable_function, wanted_function
from gitmoxi.planning.lambda_concurrency import PROVISIONED, RESERVED
from gitmoxi.planning.lambda_rules import CONFIGURATION_FIELDS, LAMBDA_RULES, comparable_function
from gitmoxi.planning.tags import FOREIGN, OURS
from gitmoxi.ports.aws_lambda import LambdaAlias, LambdaFunction
from gitmoxi.strategies.lambda_rollback import PROVISIONED_GOAL, RESERVED_GOAL
from gitmoxi.validation.lambda_depdef import NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaSnapshot:
    """``GetFunction`` of $LATEST in the terms of ``CreateFunction``, and the alias that serves.

    ``function`` is None where there was none. ``code`` holds an ``ImageUri``, or nothing: AWS does not say
    which object a .zip came from, only its hash, ``CodeSha256`` in ``function``.
    """

    function: Document | None = None
    code: Document | None = None
    tags: Document | None = None
    alias: Document | None = None
    reserved_concurrency: int | None = None

    @classmethod
    def of(cls, function: LambdaFunction | None, alias: LambdaAlias | None) -> LambdaSnapshot:
        """What is kept of a function."""
        if function is None:
            return cls()
        image = function.code.get("ImageUri")
        return cls(
            function=comparable_function(function),
            code={"ImageUri": image} if image else {},
            tags=dict(function.tags),
            alias=None
            if alias is None
            else {"name": alias.name, "version": alias.version, "weights": dict(alias.weights)},
            reserved_concurrency=function.reserved_concurrency,
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> LambdaSnapshot:
        """The inverse of ``to_bytes``.

        A member that is missing is no default: it would say that nothing was there, to be removed.

        Raises:
            UnreadableBodyError: the body was not written by the ``to_bytes`` of this release.
        """
        try:
            stored = json.loads(content)
            return cls(**{name: stored.pop(name) for name in cls.__slots__}, **stored)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UnreadableBodyError("how the function was before the deployment", error) from error

    def to_bytes(self) -> bytes:
        """As JSON for the encrypted body store: variables may hold sensitive values."""
        stored = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps(stored, sort_keys=True, default=str).encode()

    @property
    def alias_version(self) -> str | None:
        """The version that the alias served."""
        return None if self.alias is None else str(self.alias["version"])

    def weights(self, version: str | None) -> dict[str, float]:
        """What other versions got beside ``version``, if the alias served that."""
        if self.alias is None or self.alias_version != version:
            return {}
        return dict(self.alias["weights"])

    def wanted(self, target: LambdaTarget, put_over_it: DesiredLambda) -> DesiredLambda | None:
        """The function as something to go back to; None where there was none.

        ``put_over_it`` is what was deployed since. Its .zip has to stay in $LATEST, for nobody knows where
        the earlier one came from.
        """
        if self.function is None:
            return None
        known = {name: value for name, value in self.function.items() if value is not None}
        document: dict[str, Any] = {n: v for n, v in known.items() if n in CONFIGURATION_FIELDS}
        document |= {n: known[n] for n in ("Architectures", "PackageType") if n in known}
        document["Code"] = self.code or put_over_it.function.get("Code")
        document["Tags"] = {k: v for k, v in (self.tags or {}).items() if not k.startswith((OURS, FOREIGN))}
        return DesiredLambda(target=target, function=document, settings=put_over_it.settings)


def with_concurrency_before(desired: DesiredLambda, values: Mapping[str, str]) -> DesiredLambda:
    """``desired`` with the concurrency that a rollback brings back, where its own settings name none.

    ``values`` are the rollback's progress.
    """
    found = {
        name: held if held == NONE else int(held)
        for name, goal in ((RESERVED, RESERVED_GOAL), (PROVISIONED, PROVISIONED_GOAL))
        if (held := values.get(goal)) is not None and desired.settings.get(name) is None
    }
    return replace(desired, settings={**desired.settings, **found}) if found else desired


def is_version_of(desired: DesiredLambda, version: LambdaFunction) -> bool:
    """Whether a published version has the wanted configuration; a description may be its own."""
    found = diff_documents(
        wanted_function(desired, None), readable_function(version, desired), rules=LAMBDA_RULES
    )
    return all(difference.field == "Description" for difference in found)
