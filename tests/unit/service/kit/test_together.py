import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from loanwright.errors import Unavailable
from loanwright.service.kit.together import Together


class Desk:
    """Doubles numbers; holds the first call until it is told to go on."""

    def __init__(self):
        self.calls = []
        self.entered = threading.Event()
        self.go_on = threading.Event()

    def run(self, items):
        self.calls.append(list(items))
        self.entered.set()
        assert self.go_on.wait(5)
        if "bad" in items:
            raise ZeroDivisionError
        if "away" in items:
            raise Unavailable
        return [item * 2 for item in items]


def ask_all(desk, items, *, most=64):
    """Ask for the first alone, and for the rest while that call lasts."""
    together = Together(desk.run, most=most)
    with ThreadPoolExecutor(len(items)) as pool:
        first = pool.submit(together, items[0])
        assert desk.entered.wait(5)
        rest = [pool.submit(together, item) for item in items[1:]]
        while len(together._waiting) < len(rest):
            pass
        desk.go_on.set()
        return [one.exception() or one.result() for one in [first, *rest]]


def test_whoever_comes_meanwhile_is_answered_by_one_call():
    desk = Desk()
    assert ask_all(desk, [1, 2, 3, 4, 5]) == [2, 4, 6, 8, 10]
    assert desk.calls[0] == [1]
    assert sorted(desk.calls[1]) == [2, 3, 4, 5]


def test_a_call_takes_no_more_than_it_may():
    desk = Desk()
    assert sorted(ask_all(desk, list(range(12)), most=4)) == [n * 2 for n in range(12)]
    assert max(map(len, desk.calls)) == 4


def test_what_is_unavailable_is_so_for_everybody():
    answers = ask_all(Desk(), [1, 2, "away"])
    assert answers[0] == 2
    assert [type(one) for one in answers[1:]] == [Unavailable, Unavailable]


def test_a_fault_strikes_only_the_one_that_has_it():
    answers = ask_all(Desk(), [1, "bad", 2, 3])
    assert isinstance(answers[1], ZeroDivisionError)
    assert [answers[0], *answers[2:]] == [2, 4, 6]


def test_a_fault_of_one_alone_is_raised():
    desk = Desk()
    desk.go_on.set()
    with pytest.raises(ZeroDivisionError):
        Together(desk.run)("bad")
