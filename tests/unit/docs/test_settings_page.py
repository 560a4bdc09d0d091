"""The page of settings says what the code says."""

from __future__ import annotations

import pytest

from docs.settings_page import PAGE, settings_page


def test_the_page_is_up_to_date():
    assert settings_page() == PAGE.read_text(), "run make docs"


@pytest.mark.parametrize(
    "row",
    [
        pytest.param("| `GITMOXI_MODE` | `local`, `aws` | `aws` | ", id="a choice"),
        pytest.param("| `AWS_REGION` or `AWS_DEFAULT_REGION` | ", id="AWS's own names"),
        pytest.param("| `GITMOXI_WORKERS` | whole number from 1 to 256 | `8` | ", id="a number's bounds"),
        pytest.param("| `GITMOXI_GIT_ALLOW_FILE` | `0`, `1` | `0` | ", id="a switch"),
        pytest.param(
            "| `GITMOXI_HEALTH_PORT` | whole number from 0 to 65535 | none | ", id="an optional number"
        ),
        pytest.param("| `GITMOXI_API_PORT` | whole number from 0 to 65535 | `8080` | ", id="the API's own"),
    ],
)
def test_a_row_tells_name_values_and_default(row):
    assert row in settings_page()
