import threading
import time

import pytest

from loanwright.service.users.passwords import (
    LONGEST,
    NOBODYS,
    LoginsBusy,
    Passwords,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
    check_password,
)

GOOD = "nine yellow Teapots"


@pytest.fixture
def passwords():
    passwords = Passwords()
    yield passwords
    passwords.close()


@pytest.mark.parametrize(
    "password",
    [GOOD, "солнце встаёт рано", "丸" * 5 + "日本語の長い言葉です", "a b c d e f g h", GOOD * 6],
)
def test_any_long_password_is_good_whatever_signs_it_has(password):
    check_password(password)


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("fourteen signs", PasswordTooShort),
        ("", PasswordTooShort),
        ("x y z" * 30, PasswordTooLong),
        ("passwordpassword", PasswordTooCommon),
        ("PasswordPassword", PasswordTooCommon),
        ("aaaaaaaaaaaaaaaaaaaa", PasswordTooCommon),
        ("abababababababababab", PasswordTooCommon),
        ("123456789012345", PasswordTooCommon),
        ("anna.example1234", PasswordTooCommon),
    ],
)
def test_a_password_that_is_short_or_guessed_first_is_refused(password, refusal):
    with pytest.raises(refusal):
        check_password(password, words=("anna.example", "example.com"))


def test_the_longest_password_is_taken_whole(passwords):
    longest = ("abcdefgh " * 20)[:LONGEST]
    kept = passwords.hash(longest)
    assert passwords.verify(longest, kept)
    assert not passwords.verify(longest[:-1], kept)


def test_hashes_are_argon2id_with_the_wanted_effort_and_salted(passwords):
    one, other = passwords.hash(GOOD), passwords.hash(GOOD)
    assert one != other
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_nobody_is_verified_with_the_same_effort_and_never_lets_in(passwords):
    assert NOBODYS.split("$")[:4] == passwords.hash(GOOD).split("$")[:4]
    assert not passwords.verify(GOOD, None)
    assert not passwords.verify(GOOD, "no hash at all")


def test_the_same_password_composed_otherwise_is_the_same(passwords):
    kept = passwords.hash("Caf\u00e9 au lait tous les jours")
    assert passwords.verify("Cafe\u0301 au lait tous les jours", kept)


def test_more_than_a_few_who_wait_are_sent_away_at_once():
    passwords = Passwords(threads=1, waiting=2)
    kept = passwords.hash(GOOD)
    found = []

    def verify():
        try:
            found.append(passwords.verify(GOOD, kept))
        except LoginsBusy as busy:
            found.append(f"in {busy.retry_after} s")

    threads = [threading.Thread(target=verify) for _ in range(30)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    passwords.close()
    assert 3 <= found.count(True) < 30
    assert found.count(True) + found.count("in 1 s") == 30
    assert time.perf_counter() - began < 10
