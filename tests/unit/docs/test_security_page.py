"""The page of threats names every proof, and only threats that there are."""

from __future__ import annotations

from docs.security_page import proofs_by_threat, security_page
from docs.threats import THREATS


def test_no_threat_is_named_like_the_beginning_of_another():
    ids = [threat.id for threat in THREATS]
    assert not [(one, other) for one in ids for other in ids if other.startswith(f"{one}_")]


def test_every_threat_is_proved():
    """A defence without a proof is a hope."""
    assert proofs_by_threat().keys() == {threat.id for threat in THREATS}


def test_every_threat_has_a_row():
    rows = [line for line in security_page().splitlines() if line.startswith("| ")][2:]
    assert len(rows) == len(THREATS)
