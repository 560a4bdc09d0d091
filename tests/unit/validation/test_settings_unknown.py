"""Settings in templates whose values are not known: they count as left out, the rest is checked."""

from __future__ import annotations

import pytest

from gitmoxi.domain.unknown import Unknown
from gitmoxi.validation.depdef import EcsDepdef
from gitmoxi.validation.lambda_depdef import LambdaDepdef
from gitmoxi.validation.settings_base import SETTINGS_RULES, read_settings
from gitmoxi.validation.sources import Source

SOURCE = Source(file="f", positions={})
X = Unknown("{{ x }}")


@pytest.mark.parametrize(
    "document",
    [
        {"stabilityCheck": {"timeout": X}},
        {"stabilityCheck": X},
        {"alarms": {"alarmNames": [X, "b"]}},
        {"targetGroupArnPairs": [[X, X]]},
        {"trafficShiftingConfig": {"type": X, "percent": X}},
        {"\uf8fex\uf8fe": 1},
    ],
)
def test_what_is_not_known_counts_as_left_out(document):
    assert read_settings(EcsDepdef, document, SOURCE) == (EcsDepdef(), ())


@pytest.mark.parametrize("document", [X, {"alias": X}, {"\uf8fex\uf8fe": "PROD"}])
def test_a_required_setting_that_is_not_known_gives_neither_settings_nor_complaint(document):
    assert read_settings(LambdaDepdef, document, SOURCE) == (None, ())


def test_the_rest_is_checked():
    settings, (finding,) = read_settings(LambdaDepdef, {"alias": X, "alarm": {}}, SOURCE)

    assert settings is None
    assert (finding.rule, finding.advice) == ("settings.unknown-key", "did you mean alarms?")


def test_a_placeholder_for_a_number_is_known_as_such():
    (finding,) = read_settings(EcsDepdef, {"stabilityCheck": {"timeout": "${TIMEOUT}"}}, SOURCE)[1]

    assert "placeholder" in finding.advice


def test_what_is_said_of_settings_is_listed():
    assert {info.id for info in SETTINGS_RULES} == {
        "settings.missing-key",
        "settings.unknown-key",
        "settings.value",
    }
