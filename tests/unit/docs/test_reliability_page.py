"""The page of faults names every proof, and only faults that there are."""

from __future__ import annotations

from docs.reliability_page import proofs_by_number, reliability_page
from docs.scenarios import FAULTS


def test_faults_are_numbered_without_gaps():
    assert [fault.number for fault in FAULTS] == list(range(1, 48))


def test_every_test_that_is_named_after_a_fault_names_one_that_there_is():
    assert proofs_by_number().keys() <= {fault.number for fault in FAULTS}


def test_every_fault_is_told_whether_it_is_proved_or_not():
    rows = [line for line in reliability_page().splitlines() if line.startswith("| ")][2:]
    assert [int(row.split("|")[1]) for row in rows] == [fault.number for fault in FAULTS]
    assert {row.split("|")[1].strip() for row in rows if row.endswith("| open |")} == {
        str(fault.number) for fault in FAULTS if fault.number not in proofs_by_number()
    }
