"""CodeCommit's Git over HTTPS: a password that is derived from AWS credentials, and sent to AWS only."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from gitmoxi.adapters.aws.sessions import AwsCredentials
from gitmoxi.ports.git import GitCredentials

_SERVICE = "codecommit"
_HOST = re.compile(
    r"(?P<endpoint>vpce-[a-z0-9-]+\.)?git-codecommit(?:-fips)?\.(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)"
    r"\.(?P<vpce>vpce\.)?amazonaws\.com(?P<china>\.cn)?"
)
_PATH = re.compile(r"/v1/repos/[\w.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCommitRepository:
    """A repository whose host belongs to AWS; ``path`` is that of its URL."""

    host: str
    region: str
    path: str


def codecommit_repository(url: str) -> CodeCommitRepository | None:
    """What the URL names, if it leads to CodeCommit; None for any other host, port or path.

    Strict, for whoever gets a signature can use it for some minutes: hosts of AWS's own, in the region and
    partition that they name, among them FIPS and VPC endpoints.
    https://docs.aws.amazon.com/codecommit/latest/userguide/regions.html
    https://docs.aws.amazon.com/codecommit/latest/userguide/codecommit-and-interface-VPC.html
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.query or parts.fragment or not _PATH.fullmatch(parts.path):
        return None
    found = _HOST.fullmatch(parts.netloc)
    if found is None or bool(found["endpoint"]) != bool(found["vpce"]):
        return None
    region = found["region"]
    if bool(found["china"]) != region.startswith("cn-"):
        return None
    return CodeCommitRepository(host=parts.netloc, region=region, path=parts.path)


def codecommit_credentials(
    repository: CodeCommitRepository, credentials: AwsCredentials, now: datetime
) -> GitCredentials:
    """User and password for some minutes, as AWS's own credential helper for Git derives them.

    The user is the access key id, with ``%`` and the session token of temporary credentials. The password is
    the time, ``Z`` and a signature (version 4) of a request with the method ``GIT``, the host as its only
    header, and no hash of a payload. What is signed has the time without the ``Z``.
    https://docs.aws.amazon.com/codecommit/latest/userguide/setting-up-git-remote-codecommit.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    time = now.strftime("%Y%m%dT%H%M%S")
    date = time.partition("T")[0]
    scope = (date, repository.region, _SERVICE, "aws4_request")
    request = f"GIT\n{repository.path}\n\nhost:{repository.host}\n\nhost\n"
    digest = hashlib.sha256(request.encode()).hexdigest()
    text = "\n".join(("AWS4-HMAC-SHA256", time, "/".join(scope), digest))
    key = f"AWS4{credentials.secret_key}".encode()
    for part in (*scope, text):
        key = hmac.digest(key, part.encode(), "sha256")
    token = f"%{credentials.token}" if credentials.token else ""
    return GitCredentials(username=credentials.access_key + token, password=f"{time}Z{key.hex()}")
