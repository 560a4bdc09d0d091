"""The pages of the deployment files say what the code says."""

from __future__ import annotations

import pytest

from docs.deployment_settings_page import deployment_settings_page
from docs.reference_pages import PAGES, REFERENCE, write_pages
from docs.rules_page import rules_page
from docs.tables import literal, table_row
from docs.templates_page import templates_page
from gitmoxi.catalogue import ALL_RULES
from gitmoxi.rendering.sandbox import new_environment


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in PAGES])
def test_the_page_is_up_to_date(path):
    assert PAGES[path]() == path.read_text(encoding="utf-8"), "run make docs"


def test_no_schema_is_left_of_a_kind_that_is_gone():
    schemas = REFERENCE / "schemas"
    assert set(schemas.iterdir()) == {path for path in PAGES if path.parent == schemas}


def test_writing_the_pages_changes_nothing_more(tmp_path, monkeypatch):
    written = {tmp_path / "schemas" / path.name: text for path, text in PAGES.items()}
    monkeypatch.setattr("docs.reference_pages.PAGES", written)
    write_pages()
    assert {path.name: path.read_text(encoding="utf-8") for path in written} == {
        path.name: text() for path, text in PAGES.items()
    }


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(r"| `environment.account` | `^\d{12}$` | none | ", id="a pattern"),
        pytest.param("| `trafficShiftingConfig.percent` | number from 0 to 100 | `20` | ", id="bounds"),
        pytest.param("| `stabilityCheck.timeout` | whole number from 1 to 1209600 | `300` | ", id="seconds"),
        pytest.param("| `trafficShiftingConfig.type` | `CANARY`, `LINEAR`, `ALL_AT_ONCE` | ", id="choices"),
        pytest.param("| `targetGroupArnPairs` | list of pairs of texts | none | ", id="pairs"),
        pytest.param("| `alarms.alarmNames` | list of texts | none | ", id="a list"),
        pytest.param("| `gmDeploymentCircuitBreaker` | object | none | ", id="an object that may be absent"),
        pytest.param(
            "| `gmDeploymentCircuitBreaker.failureThresholdPercent` | number above 0 to 100 | none | ",
            id="an open bound",
        ),
        pytest.param(
            "| `fallbackCapacityProviderStrategy[].capacityProvider` | text | required | ", id="in a list"
        ),
        pytest.param("| `deleteNewUponFailure` | `true`, `false` | `true` | ", id="a switch"),
        pytest.param("| `alias` | text | required | ", id="the one that is required"),
    ],
)
def test_a_setting_has_its_values_and_its_default(row):
    assert row in deployment_settings_page()


def test_every_setting_has_a_meaning():
    rows = [line for line in deployment_settings_page().splitlines() if line.startswith("| `")]
    assert rows
    assert not [row for row in rows if row.endswith("|  |")]


def test_every_rule_stands_on_its_page_once():
    rows = [line.split("`")[1] for line in rules_page().splitlines() if line.startswith("| `")]
    assert rows == [rule.id for rule in ALL_RULES]


@pytest.mark.parametrize("names", ["filters", "globals", "tests"])
def test_everything_that_a_template_may_use_is_named(names):
    known = getattr(new_environment(), names)
    assert all(f"`{name}`" in templates_page() for name in known)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("_svcdef.json", r"\_svcdef.json", id="emphasis"),
        pytest.param("<name>", r"\<name>", id="a tag"),
        pytest.param("2 * 3", r"2 \* 3", id="a star"),
    ],
)
def test_signs_of_markdown_stand_for_themselves(text, shown):
    assert literal(text) == shown


def test_a_cell_ends_no_cell_and_no_row():
    assert table_row("a|b", "c\nd") == r"| a\|b | c d |"
