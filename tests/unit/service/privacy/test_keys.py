"""What a key has sealed opens with this key, unchanged, in its place, and in no other way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanwright.service.privacy.keys import Key, SealBroken, is_sealed, new_key

PLACE = "decisions.reply:dec_1"


@given(st.text())
def test_whatever_was_sealed_is_opened_the_same(text):
    key = new_key()
    assert key.open(key.seal(text, place=PLACE), place=PLACE) == text


def test_the_same_text_never_looks_the_same_twice():
    key = new_key()
    assert len({key.seal("Anna", place=PLACE) for _ in range(100)}) == 100


@pytest.mark.parametrize("place", ["decisions.reply:dec_2", "decisions.snapshot:dec_1", ""])
def test_a_sealed_text_opens_in_its_place_alone(place):
    key = new_key()
    with pytest.raises(SealBroken):
        key.open(key.seal("Anna", place=PLACE), place=place)


def test_another_key_opens_nothing():
    with pytest.raises(SealBroken):
        new_key().open(new_key().seal("Anna", place=PLACE), place=PLACE)


def test_every_changed_sign_is_noticed():
    key = new_key()
    sealed = key.seal("Anna", place=PLACE)
    for number in range(len(sealed)):
        other = "A" if sealed[number] != "A" else "B"
        changed = sealed[:number] + other + sealed[number + 1 :]
        if changed.rstrip("=") == sealed.rstrip("="):
            continue
        with pytest.raises(SealBroken):
            key.open(changed, place=PLACE)


@pytest.mark.parametrize("text", ["", "Anna", "s1.", "s1.@@@", "s2.AAAA", "{}"])
def test_what_is_not_sealed_is_never_taken_for_it(text):
    with pytest.raises(SealBroken):
        new_key().open(text, place=PLACE)
    assert is_sealed(text) == text.startswith("s1.")


def test_a_wrapped_key_belongs_to_its_person():
    master, key = new_key(), new_key()
    wrapped = master.wrap(key, place="apl_1")
    again = master.unwrap(wrapped, place="apl_1")
    assert again.open(key.seal("Anna", place=PLACE), place=PLACE) == "Anna"
    for broken, place in ((wrapped, "apl_2"), (wrapped[:-4], "apl_1"), ("?", "apl_1")):
        with pytest.raises(SealBroken):
            master.unwrap(broken, place=place)


def test_a_salt_is_the_same_for_a_name_and_another_for_every_other():
    key = Key(bytes(32))
    assert key.salt("aud_1") == Key(bytes(32)).salt("aud_1")
    assert key.salt("aud_1") != key.salt("aud_2")
    assert key.salt("aud_1") != new_key().salt("aud_1")
