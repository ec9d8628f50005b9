"""Leases under clocks that each observer has alone: heartbeats, expiry, giving up, takeovers, deaths."""

from __future__ import annotations

from extractor.runs.leases import BEATS, FREE, LeaseBook
from extractor.runs.object_folders import ObjectFolder
from tests.runs.job_cases import LEASE, Clock, memory


def book(folder: ObjectFolder, clock: Clock) -> LeaseBook:
    return LeaseBook(folder, "mark", LEASE, clock)


def test_one_of_two_takes_a_unit() -> None:
    folder, clock = memory(), Clock()
    first, second = book(folder, clock), book(folder, clock)
    assert first.take("b", "0000", FREE) is not None
    assert second.take("b", "0000", FREE) is None
    assert not second.states("b")["0000"].free


def test_a_lease_that_shows_life_is_never_free() -> None:
    folder, clock = memory(), Clock()
    owner, other = book(folder, clock), book(folder, clock)
    owner.take("b", "0000", FREE)
    for _ in range(5 * BEATS):
        assert not other.states("b")["0000"].free
        clock.sleep(LEASE / BEATS)
        owner.beat()


def test_a_silent_lease_is_free_after_its_time_and_its_owner_counts_as_dead() -> None:
    folder, clock = memory(), Clock()
    owner, other = book(folder, clock), book(folder, clock)
    owner.take("b", "0000", FREE)
    assert not other.states("b")["0000"].free
    clock.sleep(LEASE * 0.99)
    assert not other.states("b")["0000"].free
    clock.sleep(LEASE * 0.01)
    state = other.states("b")["0000"]
    assert (state.generation, state.free, state.deaths) == (1, True, 1)
    taken = other.take("b", "0000", state)
    assert taken is not None
    assert taken.generation == 2


def test_the_time_of_a_lease_begins_when_it_is_seen_first() -> None:
    """Whoever comes later must see it silent for as long: no clock of another machine is asked."""
    folder, clock = memory(), Clock()
    book(folder, clock).take("b", "0000", FREE)
    clock.sleep(10 * LEASE)
    late = book(folder, clock)
    assert not late.states("b")["0000"].free


def test_a_clock_that_is_an_hour_off_changes_nothing() -> None:
    folder, clock, wrong = memory(), Clock(), Clock(-3600.0)
    owner, other = book(folder, clock), book(folder, wrong)
    owner.take("b", "0000", FREE)
    assert not other.states("b")["0000"].free
    wrong.sleep(LEASE * 0.9)
    assert not other.states("b")["0000"].free
    wrong.sleep(LEASE * 0.1)
    assert other.states("b")["0000"].free


def test_what_is_given_up_is_free_at_once_and_nobody_died() -> None:
    folder, clock = memory(), Clock()
    owner, other = book(folder, clock), book(folder, clock)
    owner.take("b", "0000", FREE)
    owner.give_up_all()
    owner.beat()  # a beat that comes late says nothing
    assert other.states("b")["0000"] == (1, True, 0)


def test_a_frozen_owner_that_wakes_does_not_disturb_the_next_one() -> None:
    folder, clock = memory(), Clock()
    owner, other, third = book(folder, clock), book(folder, clock), book(folder, clock)
    owner.take("b", "0000", FREE)
    other.states("b")
    clock.sleep(LEASE)
    other.take("b", "0000", other.states("b")["0000"])
    owner.beat()
    state = third.states("b")["0000"]
    assert (state.generation, state.free) == (2, False)


def test_what_is_done_leaves_no_lease() -> None:
    folder, clock = memory(), Clock()
    owner = book(folder, clock)
    lease = owner.take("b", "0000", FREE)
    assert lease is not None
    owner.end(lease)
    assert list(folder.objects("lease")) == []


def test_what_is_done_after_a_takeover_leaves_no_lease_of_the_dead() -> None:
    folder, clock = memory(), Clock()
    book(folder, clock).take("b", "0000", FREE)
    other = book(folder, clock)
    other.states("b")
    clock.sleep(LEASE)
    lease = other.take("b", "0000", other.states("b")["0000"])
    assert lease is not None
    assert len(list(folder.objects("lease"))) == 2
    other.end(lease)
    assert list(folder.objects("lease")) == []
