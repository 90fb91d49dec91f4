"""What rides in front of a reply: nothing is lost, nothing is said twice, and no message is too long."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from outreach.content import measure
from outreach.domain.messages import Capabilities, Choice, MessageKind, Outgoing
from outreach.services.riding import Ride

ABLE = Capabilities(
    text_limit=300, text_unit="bytes", buttons=False, max_buttons=0, files=False, may_push=False,
    replies_in_place=1, rate_per_second=1, max_in_flight=1,
)  # fmt: skip
MORE = "(more)"


def _message(text: str) -> Outgoing:
    return Outgoing(MessageKind.CONFIRMATION, text)


def test_what_fits_rides_whole_in_front_of_the_reply():
    ride = Ride(ABLE, "reply")

    assert ride.take_whole([_message("first"), _message("second")])
    assert ride.text == "first\n\nsecond\n\nreply"


def test_choices_stay_behind_for_their_numbers_belong_to_the_reply():
    ride = Ride(ABLE, "reply")

    ride.take_whole([Outgoing(MessageKind.CONFIRMATION, "first", choices=(Choice("Leave", "leave:1"),))])

    assert ride.text == "first\n\nreply"


def test_what_is_too_long_rides_in_parts_one_word_of_theirs_after_another():
    words = " ".join(f"word{number}" for number in range(80))
    read, done, rides = "", 0, 0

    while True:
        ride = Ride(ABLE, "reply")
        done, parts = ride.take_parts([_message(words)], done, MORE)
        rides += 1
        assert measure(ride.text, "bytes") <= ABLE.text_limit
        assert (MORE in ride.text) == (done < parts)
        read += ride.text.removesuffix("reply").replace(MORE, "")
        if done == parts:
            break

    assert rides > 1
    assert read.split() == words.split()


def test_something_small_passes_what_does_not_fit():
    ride = Ride(ABLE, "r" * 200)

    assert not ride.take_whole([_message("x" * 290)])
    assert ride.take_whole([_message("tomorrow at nine")])
    assert ride.text.startswith("tomorrow at nine")


def test_what_could_travel_whole_the_next_time_is_not_cut_now():
    ride = Ride(ABLE, "reply")
    ride.take_whole([_message("first")])

    done, _ = ride.take_parts([_message("y " * 140)], 0, MORE)

    assert done == 0
    assert ride.text == "first\n\nreply"


def test_what_is_too_long_for_any_message_takes_the_room_behind_something_short():
    ride = Ride(ABLE, "reply")
    ride.take_whole([_message("first")])

    done, parts = ride.take_parts([_message("y " * 400)], 0, MORE)

    assert 0 < done < parts
    assert ride.text.startswith("first\n\ny y")
    assert ride.text.endswith(f"{MORE}\n\nreply")


@given(st.lists(st.text("ab 心 \n", max_size=400), max_size=6), st.integers(0, 300))
def test_no_load_makes_the_message_too_long(texts: list[str], size: int):
    ride = Ride(ABLE, "r" * size)

    for text in texts:
        ride.take_whole([_message(text)])
        done, parts = ride.take_parts([_message(text)], 0, MORE)
        assert 0 <= done <= parts

    assert measure(ride.text, "bytes") <= ABLE.text_limit
    assert ride.text.endswith("r" * size)
