"""CodeCommit's password: derived as AWS derives it, and for AWS's own hosts only."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from gitmoxi.adapters.aws.codecommit import (
    CodeCommitRepository,
    codecommit_credentials,
    codecommit_repository,
)
from gitmoxi.adapters.aws.sessions import AwsClients, AwsClientSettings, AwsCredentials
from gitmoxi.errors import UnavailableError

NOW = datetime(2026, 3, 4, 5, 6, 7, 890_000, tzinfo=UTC)
ACCESS_KEY = "AKIA" + "QX" * 8
SECRET_KEY = base64.b64encode(b"a secret of the tests alone, no more").decode()
SESSION_TOKEN = base64.b64encode(b"a session token with / and + ?>?>").decode()
WEB = CodeCommitRepository(
    host="git-codecommit.eu-west-1.amazonaws.com", region="eu-west-1", path="/v1/repos/web"
)
CHINA = CodeCommitRepository(
    host="git-codecommit.cn-north-1.amazonaws.com.cn", region="cn-north-1", path="/v1/repos/web.app-1_x"
)


def signed(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def test_the_signature_step_by_step():
    request = "GIT\n/v1/repos/web\n\nhost:git-codecommit.eu-west-1.amazonaws.com\n\nhost\n"
    text = (
        "AWS4-HMAC-SHA256\n20260304T050607\n20260304/eu-west-1/codecommit/aws4_request\n"
        + hashlib.sha256(request.encode()).hexdigest()
    )
    key = signed(f"AWS4{SECRET_KEY}".encode(), "20260304")
    for part in ("eu-west-1", "codecommit", "aws4_request"):
        key = signed(key, part)
    expected = "20260304T050607Z" + signed(key, text).hex()

    made = codecommit_credentials(WEB, AwsCredentials(access_key=ACCESS_KEY, secret_key=SECRET_KEY), NOW)

    assert (made.username, made.password) == (ACCESS_KEY, expected)


@pytest.mark.parametrize("repository", [pytest.param(WEB, id="AWS"), pytest.param(CHINA, id="AWS in China")])
@pytest.mark.parametrize("token", [None, SESSION_TOKEN], ids=["a user's", "a role's"])
def test_botocore_signs_the_same(repository, token):
    """AWS's credential helper leaves the canonical request to itself, and the rest to botocore."""
    request = AWSRequest(method="GIT", url=f"https://{repository.host}{repository.path}")
    request.context["timestamp"] = "20260304T050607"
    signer = SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY, token), "codecommit", repository.region)
    canonical = f"GIT\n{repository.path}\n\nhost:{repository.host}\n\nhost\n"
    signature = signer.signature(signer.string_to_sign(request, canonical), request)

    own = AwsCredentials(access_key=ACCESS_KEY, secret_key=SECRET_KEY, token=token)
    made = codecommit_credentials(repository, own, NOW)

    assert made.password == f"20260304T050607Z{signature}"
    assert made.username == ACCESS_KEY + (f"%{token}" if token else "")


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("git-codecommit.us-east-1.amazonaws.com", "us-east-1"),
        ("git-codecommit.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("git-codecommit-fips.us-east-2.amazonaws.com", "us-east-2"),
        ("git-codecommit.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1"),
        ("vpce-0a1b-2c3d.git-codecommit.eu-west-1.vpce.amazonaws.com", "eu-west-1"),
        ("vpce-0a1b-2c3d-eu-west-1a.git-codecommit-fips.ca-central-1.vpce.amazonaws.com", "ca-central-1"),
        ("vpce-0a1b-2c3d.git-codecommit.cn-north-1.vpce.amazonaws.com.cn", "cn-north-1"),
    ],
)
def test_a_host_of_codecommit_names_its_region(host, region):
    found = codecommit_repository(f"https://{host}/v1/repos/web")
    assert found == CodeCommitRepository(host=host, region=region, path="/v1/repos/web")


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://github.com/v1/repos/web", id="another host"),
        pytest.param("https://git-codecommit.eu-west-1.amazonaws.com.evil.example/v1/repos/web", id="suffix"),
        pytest.param(
            "https://evil.example/git-codecommit.eu-west-1.amazonaws.com/v1/repos/web", id="in path"
        ),
        pytest.param("https://evil-git-codecommit.eu-west-1.amazonaws.com/v1/repos/web", id="prefix"),
        pytest.param("https://git-codecommit.evil.example/v1/repos/web", id="begins alike"),
        pytest.param("https://git-codecommit.amazonaws.com/v1/repos/web", id="no region"),
        pytest.param("https://git-codecommit.eu-west.amazonaws.com/v1/repos/web", id="no region's name"),
        pytest.param("https://git-codecommit.eu-west-1.amazonaws.com.cn/v1/repos/web", id="not in China"),
        pytest.param("https://git-codecommit.cn-north-1.amazonaws.com/v1/repos/web", id="only in China"),
        pytest.param("https://git-codecommit.eu-west-1.vpce.amazonaws.com/v1/repos/web", id="no endpoint"),
        pytest.param("https://vpce-1.git-codecommit.eu-west-1.amazonaws.com/v1/repos/web", id="no vpce"),
        pytest.param("https://git-codecommitXeu-west-1.amazonaws.com/v1/repos/web", id="dots are dots"),
        pytest.param("https://git-codecommit.eu-west-1.amazonaws.com:8443/v1/repos/web", id="port"),
        pytest.param("https://me@git-codecommit.eu-west-1.amazonaws.com/v1/repos/web", id="user"),
        pytest.param("http://git-codecommit.eu-west-1.amazonaws.com/v1/repos/web", id="no TLS"),
        pytest.param("https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/../web", id="other path"),
        pytest.param("https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/web?x=1", id="query"),
        pytest.param("file:///v1/repos/web", id="file"),
    ],
)
def test_threat_credentials_nothing_is_signed_for_other_hosts(url):
    assert codecommit_repository(url) is None


def test_threat_credentials_show_themselves_nowhere():
    own = AwsCredentials(access_key=ACCESS_KEY, secret_key=SECRET_KEY, token=SESSION_TOKEN)
    shown = f"{own} {own!r} {codecommit_credentials(WEB, own, NOW)!r}"
    assert not [secret for secret in (ACCESS_KEY, SECRET_KEY, SESSION_TOKEN) if secret in shown]


async def test_the_process_s_own_credentials_are_read_where_botocore_finds_them(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    monkeypatch.setenv("AWS_SESSION_TOKEN", SESSION_TOKEN)
    async with AwsClients(AwsClientSettings(region="eu-west-1")) as clients:
        found = await clients.own_credentials()
    assert found == AwsCredentials(access_key=ACCESS_KEY, secret_key=SECRET_KEY, token=SESSION_TOKEN)


async def test_without_credentials_the_work_waits(monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    async with AwsClients(AwsClientSettings(region="eu-west-1")) as clients:
        with pytest.raises(UnavailableError, match="no AWS credentials"):
            await clients.own_credentials()
