"""Buttons that nobody can forge, borrow or carry into another lane."""

from hypothesis import given
from hypothesis import strategies as st

from outreach.channels.base import Signer
from outreach.channels.signing import HmacSigner

KEY = bytes(range(32))
ANN, BOB = "700100123456", "700100654321"
SIGNER: Signer = HmacSigner(KEY, "telegram")
TOKENS = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40)


def test_what_was_signed_for_a_person_is_theirs_to_press():
    assert SIGNER.verify(SIGNER.sign("join:17", ANN), ANN) == "join:17"


def test_the_same_button_has_the_same_data_every_time():
    assert SIGNER.sign("join:17", ANN) == HmacSigner(KEY, "telegram").sign("join:17", ANN)


def test_a_button_of_somebody_else_is_refused():
    assert SIGNER.verify(SIGNER.sign("join:17", ANN), BOB) is None


def test_a_button_of_another_lane_is_refused():
    assert HmacSigner(KEY, "telegram_north").verify(SIGNER.sign("join:17", ANN), ANN) is None


def test_a_button_under_another_key_is_refused():
    assert HmacSigner(KEY[::-1], "telegram").verify(SIGNER.sign("join:17", ANN), ANN) is None


def test_a_signature_is_not_good_for_another_token():
    signature = SIGNER.sign("join:17", ANN).rpartition(".")[2]

    assert SIGNER.verify(f"join:18.{signature}", ANN) is None


def test_lane_person_and_token_cannot_borrow_letters_from_each_other():
    assert (
        HmacSigner(KEY, "a").sign("t", "bc").rpartition(".")[2]
        != HmacSigner(KEY, "ab").sign("t", "c").rpartition(".")[2]
    )


@given(TOKENS)
def test_a_signed_token_fits_a_button_and_comes_back_whole(token):
    data = SIGNER.sign(token, ANN)

    assert len(data.encode()) <= len(token) + 12 <= 64
    assert SIGNER.verify(data, ANN) == token


@given(st.text())
def test_any_text_may_be_verified_and_is_refused(data):
    assert SIGNER.verify(data, ANN) is None


@given(TOKENS, st.data())
def test_no_changed_letter_goes_unnoticed(token, data):
    signed = SIGNER.sign(token, ANN)
    place = data.draw(st.integers(0, len(signed) - 1))
    letter = data.draw(st.characters(min_codepoint=33, max_codepoint=126).filter(lambda char: char != signed[place]))

    assert SIGNER.verify(signed[:place] + letter + signed[place + 1 :], ANN) is None


@given(st.text())
def test_any_person_reference_can_be_signed_for(person):
    assert SIGNER.verify(SIGNER.sign("help", person), person) == "help"
