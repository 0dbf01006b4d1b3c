"""Clock and identifiers of the machine."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta

from engine.adapters.system import SystemClock, SystemIds


def test_clock_gives_aware_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_ids_are_uuid_seven_of_now() -> None:
    made = SystemIds().new()
    age = SystemClock().now().timestamp() - (made.int >> 80) / 1000
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert timedelta(seconds=abs(age)) < timedelta(seconds=5)


def test_ids_grow_inside_one_millisecond() -> None:
    ids = SystemIds()
    made = [ids.new() for _ in range(20_000)]
    assert made == sorted(set(made))


def test_ids_of_many_threads_never_meet() -> None:
    ids = SystemIds()
    with ThreadPoolExecutor(8) as threads:
        made = [one for batch in threads.map(lambda _: [ids.new() for _ in range(2000)], range(8))
                for one in batch]  # fmt: skip
    assert len(set(made)) == 16_000


def test_tokens_have_the_asked_size() -> None:
    ids = SystemIds()
    assert (len(ids.token()), len(ids.token(32))) == (16, 32)
    assert ids.token(32) != ids.token(32)
