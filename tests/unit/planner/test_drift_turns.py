"""Whose turn a look is: every group once a period, one after another, the longest ago first."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from gitmoxi.domain.drift import LookRound
from gitmoxi_planner.drift_turns import GROUPS, group_of, turns
from tests.contract.stores.records import ECS, T0

PERIOD = timedelta(minutes=15)
TARGETS = [replace(ECS, service_name=f"web-{number}") for number in range(800)]


def groups(now, begun):
    rounds = [LookRound(group=group, begun_at=at) for group, at in begun.items()]
    return [turn.group for turn in turns(TARGETS, rounds, now=now, period=PERIOD)]


def test_targets_are_spread_evenly():
    sizes = Counter(map(group_of, TARGETS))
    assert len(sizes) == GROUPS
    assert max(sizes.values()) < 3 * 800 / GROUPS


def test_who_was_never_looked_at_is_due():
    assert groups(T0, {}) == list(range(GROUPS))


def test_every_group_comes_once_a_period_a_few_each_minute():
    begun = dict.fromkeys(range(GROUPS), T0)
    each_minute = []
    for minute in range(1, 31):
        now = T0 + timedelta(minutes=minute)
        due = groups(now, begun)
        begun |= dict.fromkeys(due, now)
        each_minute.append(due)
    for first in (0, 15):
        assert sorted(group for due in each_minute[first : first + 15] for group in due) == list(
            range(GROUPS)
        )
    assert {len(due) for due in each_minute} == {4}


def test_after_a_rest_the_longest_ago_come_first():
    begun = {group: T0 + timedelta(minutes=group) for group in range(GROUPS)}
    begun.pop(7)
    assert groups(T0 + timedelta(hours=5), begun) == [7, *(g for g in range(GROUPS) if g != 7)]


def test_another_period_leaves_nobody_out():
    now = T0 + timedelta(minutes=1)
    rounds = [LookRound(group=group, begun_at=T0) for group in range(GROUPS)]
    short = turns(TARGETS, rounds, now=now, period=timedelta(minutes=1))
    assert len(short) == GROUPS
    later = [LookRound(group=group, begun_at=now) for group in range(GROUPS)]
    assert len(turns(TARGETS, later, now=now + timedelta(days=1), period=timedelta(days=1))) == GROUPS
