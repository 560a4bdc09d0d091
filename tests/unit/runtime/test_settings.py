"""Settings come from the environment, with defaults fit for AWS and errors that name the variable."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitmoxi.domain.delete_guard import DeleteLimits
from gitmoxi.runtime.settings import LogLevel, Mode, OutputsSource, Settings, SettingsError, load_settings
from gitmoxi.workflow.lease_keeper import LeaseTimes


@pytest.fixture
def environment(monkeypatch):
    """Only what the test sets, and the region that everybody needs."""
    for name in list(os.environ):
        if name.startswith(("GITMOXI_", "AWS_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    return monkeypatch


def test_defaults_are_fit_for_aws(environment):
    settings = load_settings()
    assert settings.mode is Mode.AWS
    assert settings.installation == "gitmoxi"
    assert settings.outputs_source == (OutputsSource.SSM, "/gitmoxi/gitmoxi/")
    assert settings.aws_endpoint_url is None
    assert settings.git_allow_file is False
    assert settings.lease_ttl_seconds == 45
    assert settings.git_poll_seconds == 60
    assert settings.lease_times == LeaseTimes()


def test_every_setting_says_what_it_means():
    for name, field in Settings.model_fields.items():
        assert field.description, name


@pytest.mark.parametrize(
    ("variable", "text", "field", "value"),
    [
        ("GITMOXI_INSTALLATION", "blue-2", "installation", "blue-2"),
        ("GITMOXI_MODE", "LOCAL", "mode", Mode.LOCAL),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566", "aws_endpoint_url", "http://127.0.0.1:4566"),
        ("GITMOXI_DEPLOY_ROLE_NAME", "deployer", "deploy_role_name", "deployer"),
        (
            "GITMOXI_GIT_ALLOWED_HOSTS",
            "GitHub.com, git.corp ,",
            "git_allowed_hosts",
            ("github.com", "git.corp"),
        ),
        ("GITMOXI_GIT_FOLDER", "mirrors", "git_folder", Path("mirrors")),
        ("GITMOXI_WORKERS", "3", "workers", 3),
        ("GITMOXI_LOG_LEVEL", "Debug", "log_level", LogLevel.DEBUG),
        ("GITMOXI_LEASE_TTL_SECONDS", "0.5", "lease_ttl_seconds", 0.5),
        ("GITMOXI_GIT_POLL_SECONDS", "0.5", "git_poll_seconds", 0.5),
        ("GITMOXI_MAX_DELETES_PER_COMMIT", "0", "delete_limits", DeleteLimits(at_most=0, percent=20)),
        ("GITMOXI_MAX_DELETES_PERCENT", "50", "delete_limits", DeleteLimits(at_most=3, percent=50)),
        ("GITMOXI_VISIBILITY_SECONDS", "10", "visibility_seconds", 10),
        ("GITMOXI_HEALTH_PORT", "0", "health_port", 0),
        ("GITMOXI_LIMITS_SHARE", "0.25", "limits_share", 0.25),
        ("GITMOXI_WORKERS", "", "workers", 8),
    ],
)
def test_reads(environment, variable, text, field, value):
    environment.setenv(variable, text)
    assert getattr(load_settings(), field) == value


def test_a_region_may_also_be_the_sdks_default_region(environment):
    environment.delenv("AWS_REGION")
    environment.setenv("AWS_DEFAULT_REGION", "us-gov-west-1")
    assert load_settings().aws_region == "us-gov-west-1"


@pytest.mark.parametrize(
    ("variable", "text", "expected"),
    [
        ("GITMOXI_INSTALLATION", "Bad Name", "prefix of its parameters"),
        ("GITMOXI_MODE", "cloud", "'local' or 'aws'"),
        ("GITMOXI_STACK_OUTPUTS", "s3:bucket", "ssm:/path/ or file:PATH"),
        ("AWS_ENDPOINT_URL", "localhost:4566", "the local cloud's address"),
        ("GITMOXI_WORKERS", "many", "valid integer"),
        ("GITMOXI_WORKERS", "0", "greater than or equal to 1"),
        ("GITMOXI_LEASE_TTL_SECONDS", "-1", "greater than 0"),
        ("GITMOXI_GIT_CA_FILE", "/no/such/file.pem", "there is no file"),
        ("GITMOXI_LOG_LEVEL", "loud", "'debug'"),
        ("GITMOXI_HEALTH_PORT", "70000", "65535"),
        ("GITMOXI_LIMITS_SHARE", "0", "greater than 0"),
        ("GITMOXI_LIMITS_SHARE", "2", "less than or equal to 1"),
        ("AWS_REGION", "Europe", "the control plane's region"),
    ],
)
def test_a_wrong_value_is_one_error_that_names_variable_value_and_meaning(
    environment, variable, text, expected
):
    environment.setenv(variable, text)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value).startswith(f"{variable}={text}: ")
    assert expected in str(caught.value)


def test_a_missing_region_is_named(environment):
    environment.delenv("AWS_REGION")
    with pytest.raises(SettingsError, match="AWS_REGION is not set"):
        load_settings()


def test_all_wrong_variables_are_told_at_once(environment):
    environment.setenv("GITMOXI_WORKERS", "x")
    environment.setenv("GITMOXI_MODE", "y")
    with pytest.raises(SettingsError, match=r"GITMOXI_MODE=y.*; GITMOXI_WORKERS=x"):
        load_settings()


def test_files_as_repositories_are_for_local_mode_only(environment):
    environment.setenv("GITMOXI_GIT_ALLOW_FILE", "1")
    with pytest.raises(SettingsError, match="GITMOXI_GIT_ALLOW_FILE=1 needs GITMOXI_MODE=local"):
        load_settings()
    environment.setenv("GITMOXI_MODE", "local")
    assert load_settings().git_allow_file is True


@pytest.mark.parametrize(
    ("text", "source"),
    [
        pytest.param("", (OutputsSource.SSM, "/gitmoxi/other/"), id="follows the installation"),
        pytest.param("ssm:/a/b", (OutputsSource.SSM, "/a/b/"), id="a path ends in a slash"),
        pytest.param("file:out.json", (OutputsSource.FILE, "out.json"), id="a file"),
    ],
)
def test_where_outputs_come_from(environment, text, source):
    environment.setenv("GITMOXI_INSTALLATION", "other")
    environment.setenv("GITMOXI_STACK_OUTPUTS", text)
    assert load_settings().outputs_source == source
