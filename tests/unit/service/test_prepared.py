"""What takes long is made once, beside, and kept for a while."""

import threading

import pytest

from loanwright.service.kit.prepared import Prepared, Underway


def test_a_value_is_made_once_and_kept():
    made = []
    prepared = Prepared[int]()

    def make(_advance):
        made.append(1)
        return len(made)

    assert prepared.ask("a", make, wait=10) == prepared.ask("a", make, wait=10) == 1
    prepared.forget("a")
    assert prepared.ask("a", make, wait=10) == 2
    prepared.close()


def test_it_says_how_far_it_is_until_it_is_there():
    go = threading.Event()
    told = threading.Event()

    def make(advance):
        advance(0.5)
        told.set()
        go.wait(10)
        return "there"

    prepared = Prepared[str]()
    prepared.ask("a", make, wait=0)
    told.wait(10)
    assert prepared.ask("a", make, wait=0.01) == Underway(share=0.5)
    go.set()
    assert prepared.ask("a", make, wait=10) == "there"
    prepared.close()


def test_what_is_raised_is_raised_to_whoever_asks_and_tried_again():
    tries = []

    def make(_advance):
        tries.append(1)
        raise LookupError

    prepared = Prepared[str]()
    for _ in range(2):
        with pytest.raises(LookupError):
            prepared.ask("a", make, wait=10)
    assert len(tries) == 2
    prepared.close()


def test_the_oldest_are_let_go_and_the_old_are_made_anew():
    now = [0.0]
    made = []
    prepared = Prepared[int](seconds=10, most=2, tick=lambda: now[0])

    def make(_advance):
        made.append(1)
        return len(made)

    assert [prepared.ask(key, make, wait=10) for key in "abca"] == [1, 2, 3, 4]
    now[0] = 11.0
    assert prepared.ask("a", make, wait=10) == 5
    prepared.close()
