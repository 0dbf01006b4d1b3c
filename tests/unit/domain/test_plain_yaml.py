"""Plain YAML: what is no plain decimal number is text, and nothing hides."""

import pytest

from engine.domain.canonical import Json
from engine.domain.plain_yaml import NotPlain, read_plain, write_plain


@pytest.mark.parametrize(
    ("written", "read"),
    [
        *[("7", 7), ("-7", -7), ("0", 0), ("0.5", 0.5), ("-0.5", -0.5), (".5", 0.5)],
        *[("1.0e-07", 1e-07), ("1.0e+20", 1e20), ("9" * 30, int("9" * 30))],
        *[("true", True), ("False", False), ("null", None), ("~", None), ("", None)],
        *[(text, text) for text in ("010000", "1_000", "1:00", "20:00", "0x10", "0o17", "+5")],
        *[(text, text) for text in (".inf", "-.inf", ".nan", "1e5", "off", "yes", "2026-01-01")],
        *[('"7"', "7"), ("'true'", "true"), ("<<", "<<"), ("=", "=")],
    ],
)
def test_only_plain_digits_are_a_number(written: str, read: Json) -> None:
    found = read_plain(f"a: {written}\n")
    assert found == {"a": read}
    assert type(found["a"]) is type(read)


@pytest.mark.parametrize("key", ["1", "true", "on", "null", "010"])
def test_keys_are_always_read_as_text(key: str) -> None:
    assert read_plain(f"{key}: x") == {key: "x"}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "the key a stands here a second time; the first is on line 1"),
        ('1: x\n"1": y\n', 2, "the key 1 stands here a second time"),
        ("a: &x [1]\n", 1, r"anchors and aliases \(&x\) are refused"),
        ("a: [1]\nb: *x\n", 2, r"anchors and aliases \(\*x\) are refused"),
        ("a: 1\nb: !!set {x}\n", 2, "tags .* are refused"),
        ('a: !!int "010"\n', 1, "tags .* are refused"),
        ("a:\n  ? [1]\n  : 2\n", 2, "a key is a word"),
        ("a: [\n", 2, "not YAML: "),
        ("a: 1\n---\nb: 2\n", 2, "not YAML: but found another document"),
        ("a: 1\nb: \x07\n", 2, r"not YAML: the character U\+0007"),
        ('a: 1\nb: "\\ud800"\n', 2, "half a character"),
        ("a: " + "[" * 30 + "]" * 30, 1, "it is nested deeper than 20 levels"),
        ("[" * 90_000, 1, "it is nested deeper than 20 levels"),
        ("a: 1\nb: " + "9" * 5_000, 2, "the number 99999999999999999999… is too long"),
        ("a: 1\nb: 1.0e+999", 2, "the number 1.0e.999… is too long"),
    ],
)
def test_what_is_not_plain_names_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(NotPlain, match=said) as caught:
        read_plain(text)
    assert caught.value.line == line


def test_shared_values_are_written_out_twice() -> None:
    shared = {"x": ["north"]}
    written = write_plain({"a": shared, "b": shared})
    assert written == "a:\n  x:\n  - north\nb:\n  x:\n  - north\n"
