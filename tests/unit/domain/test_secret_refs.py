"""Secrets are named in the spelling of ECS's valueFrom."""

import pytest

from gitmoxi.domain.secret_refs import SecretRef, SecretRefError, SecretStore, parse_secret_ref

SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:git/token-AbCdEf"
PARAMETER = "arn:aws:ssm:eu-west-1:111122223333:parameter/git/token"
IN_SECRETS = {"store": SecretStore.SECRETS_MANAGER, "arn": SECRET, "region": "eu-west-1"}
IN_PARAMETERS = {"store": SecretStore.PARAMETER_STORE, "arn": PARAMETER, "region": "eu-west-1"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param(SECRET, SecretRef(**IN_SECRETS), id="a whole secret"),
        pytest.param(f"{SECRET}:token::", SecretRef(**IN_SECRETS, json_key="token"), id="one key of it"),
        pytest.param(
            f"{SECRET}:token:AWSPREVIOUS:",
            SecretRef(**IN_SECRETS, json_key="token", stage="AWSPREVIOUS"),
            id="one key of a stage",
        ),
        pytest.param(f"{SECRET}::::"[:-1], SecretRef(**IN_SECRETS), id="empty parts are the current value"),
        pytest.param(PARAMETER, SecretRef(**IN_PARAMETERS), id="a parameter"),
        pytest.param(
            f"{PARAMETER}#token", SecretRef(**IN_PARAMETERS, json_key="token"), id="one key of a parameter"
        ),
        pytest.param(
            SECRET.replace("arn:aws:", "arn:aws-cn:"),
            SecretRef(**(IN_SECRETS | {"arn": SECRET.replace("arn:aws:", "arn:aws-cn:")})),
            id="China",
        ),
    ],
)
def test_a_reference_says_where_a_secret_lies(text, wanted):
    assert parse_secret_ref(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("git/token", id="a name alone"),
        pytest.param(f"{SECRET}:token", id="too few parts"),
        pytest.param(f"{SECRET}\n", id="a line break behind it"),
        pytest.param("arn:aws:s3:::bucket", id="another service"),
        pytest.param(PARAMETER.replace("111122223333", "1111"), id="no account"),
    ],
)
def test_anything_else_is_refused_with_the_spellings_that_are_understood(text):
    with pytest.raises(SecretRefError, match=r"arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME"):
        parse_secret_ref(text)
