"""What looks like a secret; the examples are put together here, so that the tree holds none."""

from __future__ import annotations

import time

import pytest

from gitmoxi.validation.key_shapes import key_shape

JOT = "ey" + "Jabcdefghij"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("AKIA" + "ABCDEFGHIJKLMNOP", "an AWS access key", id="a long-lived key"),
        pytest.param(
            "key=" + "ASIA" + "ABCDEFGHIJ234567", "an AWS access key", id="a temporary key in a text"
        ),
        pytest.param("gho" + "_" + "a" * 36, "a GitHub token", id="GitHub"),
        pytest.param("github" + "_pat_" + "a" * 60, "a GitHub token", id="GitHub, fine-grained"),
        pytest.param("gl" + "pat-" + "a" * 20, "a GitLab token", id="GitLab"),
        pytest.param("xox" + "b-" + "1234567890-a", "a Slack token", id="Slack"),
        pytest.param("sk" + "_live_" + "a" * 24, "a Stripe key", id="Stripe"),
        pytest.param("AI" + "za" + "b" * 35, "a Google API key", id="Google"),
        pytest.param(f"{JOT}.{JOT}.abcdefghijk", "a JSON web token", id="a JSON web token"),
        pytest.param("-----BEGIN " + "RSA PRIVATE KEY-----", "a private key", id="PEM"),
        pytest.param("-----BEGIN " + "PRIVATE KEY-----", "a private key", id="PEM of PKCS 8"),
        pytest.param("postgres://u:" + "hunter2@db/web", "an address with a password", id="an address"),
        pytest.param("postgres://u@db:5432/web", None, id="an address without a password"),
        pytest.param("postgres://u:${PASSWORD}@db/web", None, id="an address whose password is filled in"),
        pytest.param("http://localhost:8080/a@b", None, id="an address with a port"),
        pytest.param("-----BEGIN CERTIFICATE-----", None, id="a certificate"),
        pytest.param("AKIA", None, id="the beginning of a key"),
        pytest.param("arn:aws:secretsmanager:eu-west-1:111122223333:secret:a", None, id="a reference"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_shapes(text, kind):
    assert key_shape(text) == kind


def test_a_name_can_tell_what_the_value_does_not():
    assert key_shape("abc", name="AWS_SECRET_ACCESS_KEY") == "the value of a secret"
    assert key_shape("", name="AWS_SECRET_ACCESS_KEY") is None
    assert key_shape("abc", name="AWS_REGION") is None


@pytest.mark.parametrize("part", ["a", "a:", "://", "eyJ-", "-----BEGIN A ", "AKIA", "xoxb-"])
def test_long_texts_are_read_quickly(part):
    began = time.process_time()

    key_shape(part * (200_000 // len(part)))

    assert time.process_time() - began < 2
