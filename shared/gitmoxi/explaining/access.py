"""Calls that IAM denies: which action on what, and the statement that is missing.

The forms of the messages: IAM user guide, "Troubleshoot access denied error messages".
"""

from __future__ import annotations

from typing import Final

from gitmoxi.explaining.entry import Entry
from gitmoxi.explaining.pages import ACCESS_DENIED

_DENIED = "Calling {action} on {resource} is denied to {principal}"
_CEILINGS = ("permissions boundary", "session", "service control", "resource control", "vpc endpoint")

ACCESS_ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(
        id="access.denied-explicitly",
        cause=f"{_DENIED}: a policy denies it explicitly.",
        advice=(
            "No further Allow can help. Take the Deny out of the {policy} policy, or except this role "
            "from it."
        ),
        source=ACCESS_DENIED,
        says=(("explicit deny",),),
    ),
    Entry(
        id="access.denied-by-ceiling",
        cause=f"{_DENIED}: what its own policies allow is bounded by {{policy}} policies.",
        advice="Allow it there, beside the role's own policies: {statement}",
        source=ACCESS_DENIED,
        says=tuple((f"because no {ceiling}", "allows") for ceiling in _CEILINGS),
    ),
    Entry(
        id="access.denied-by-resource",
        cause=f"{_DENIED}: the policy of the resource does not allow it.",
        advice="Add this to the resource's own policy, with the role as Principal: {statement}",
        source=ACCESS_DENIED,
        says=(("because no resource-based policy allows",),),
    ),
    Entry(
        id="access.denied",
        cause=f"{_DENIED}.",
        advice="Add this statement to the role that makes the call: {statement}",
        source=ACCESS_DENIED,
        says=(
            ("not authorized to perform",),
            ("is not authorized to",),
            ("accessdenied",),
            ("access denied",),
        ),
    ),
    Entry(
        id="access.denied-encoded",
        cause="This call is denied to {principal}; AWS tells the reason in an encoded form only.",
        advice="Decode it: `aws sts decode-authorization-message --encoded-message MESSAGE`.",
        source=ACCESS_DENIED,
        says=(("encoded authorization failure message",),),
    ),
)

CREDENTIAL_ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(
        id="access.credentials-unusable",
        cause="AWS does not accept the credentials of the call.",
        advice=(
            "Check the role of the worker, its trust policy, the region, and the clock of the machine it "
            "runs on."
        ),
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html",
        codes=frozenset(
            {
                "AuthFailure",
                "IncompleteSignature",
                "InvalidClientTokenId",
                "InvalidSignatureException",
                "MissingAuthenticationToken",
                "MissingAuthenticationTokenException",
                "SignatureDoesNotMatch",
                "UnrecognizedClientException",
            }
        ),
    ),
    Entry(
        id="access.denied",
        cause=f"{_DENIED}.",
        advice="Add this statement to the role that makes the call: {statement}",
        source=ACCESS_DENIED,
        codes=frozenset(
            {
                "AccessDenied",
                "AccessDeniedException",
                "AuthorizationError",
                "NotAuthorized",
                "UnauthorizedOperation",
            }
        ),
    ),
)
"""By error code, for refusals whose message says nothing more."""
