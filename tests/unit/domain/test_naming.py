"""What a text names that no system told its case, however it is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.desks.incidents.contracts import ADD_WORK_NOTE, ASSIGN_GROUP
from engine.desks.incidents.perceive import IDENTIFIERS as OF_INCIDENTS
from engine.desks.orders.contracts import WRITE_CONTRACTS
from engine.desks.orders.sources import IDENTIFIERS as OF_ORDERS
from engine.domain.fact import Fact, Quote
from engine.domain.naming import NOTHING, named_in_call, names_in

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LETTER = WRITE_CONTRACTS["message_customer"]
OTHER_ORDER = Fact(
    entity="other_order",
    attribute="order_id",
    value="B-2001",
    source="customer_file",
    observed_at=AT,
)


def named(body: str, *facts: Fact) -> list[str]:
    call = {"order_id": "A-1001", "subject": "Your order A-1001", "body": body}
    return [one.words for _, one in named_in_call(LETTER, call, OF_ORDERS, facts)]


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ("Order B-2001 is on its way.", "B-2001"),
        ("Order b-2001's parcel", "b-2001"),
        ("Ｂ－２００１", "Ｂ－２００１"),
        ("B-2\u200b0\u200d01", "B-2001"),
        ("В‑2001", "В‑2001"),
        ("B-٢٠٠١", "B-٢٠٠١"),
        ("it is B - 2 0 0 1", "B - 2 0 0 1"),
        ("A-1001B", "A-1001B"),
        ("1A-1001-2", "A-1001-2"),
        ("customer C-7", "C-7"),
        ("SIM-3-1H1-customer", "SIM-3-1H1-customer"),
        ("pay at https://pay.example/x?a=1.", "https://pay.example/x?a=1"),
        ("look at pay.example/now", "pay.example/now"),
        ("look at pay。example", "pay。example"),
        ("write to a.b@mail.example, please", "a.b@mail.example"),
        ("to DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 00"),
        ("to NL91ABNA0417164300", "NL91ABNA0417164300"),
        ("card 4111-1111-1111-1111", "4111-1111-1111-1111"),
        ("4111 - 1111 - 1111 - 1111", "4111 - 1111 - 1111 - 1111"),
        ("4111_1111,1111:1111", "4111_1111,1111:1111"),
        ("4111 · 1111; 1111 . 1111", "4111 · 1111; 1111 . 1111"),
        ("AT61:1904 - 3002:3457 - 3201", "AT61:1904 - 3002:3457 - 3201"),
        ("+43 / 660 / 123 45 67", "+43 / 660 / 123 45 67"),
        ("-" * 100 + "pay@evil.com", "-" * 61 + "pay@evil.com"),
        ("please," * 15 + "write:pay@evil.com", "pay@evil.com"),
        ("Pay here...evil.com/pay", "evil.com/pay"),
        ("Pay here…evil.com", "evil.com"),
        ("at @evil.com", "evil.com"),
        ("a.b.c.d.e.f.g.h.i.evil.com", "a.b.c.d.e.f.g.h.i.evil.com"),
        ("evil.xn--p1ai", "evil.xn--p1ai"),
        ("www.оплата.рф", "www.оплата.рф"),
        ("支付.中国", "支付.中国"),
        ("at 198.51.1.7/pay", "198.51.1.7/pay"),
        ("x" * 31 + "-https://evil/pay", "x" * 25 + "-https://evil/pay"),
        ("B-20\u3164\u28000\u115f\u1160\uffa01", "B-2001"),
        ("B‒2001", "B‒2001"),
        ("B⁃2001", "B⁃2001"),
        ("B - 2001", "B - 2001"),
        ("B--2001", "B--2001"),
        ("B - 20 01", "B - 20 01"),
        ("call +49 170 1234567", "+49 170 1234567"),
    ],
)
def test_strangers_are_found_in_any_guise(body: str, seen: str) -> None:
    assert named(body) == [seen]


@pytest.mark.parametrize(
    "body",
    [
        "Your order A-1001, parcel A-1001/S1, is refunded: 1,043.80 EUR of A-1001.",
        "We expect it on 2026-03-05, by 08:00, or within 2-3 days after 12.03.2026 - 14.03.2026.",
        "To Dovecote Road 12a, 31166 Mittelstadt, DE; 20 pieces of Soap Lavender 0.5l.",
        "Thank you. We are sorry - nothing else is known, e.g. no scan.",
        "Between 2026-11-20 2026-11-22, or 20.11.2026-22.11.2026; 2026-11-14T10:30:00+00:00.",
        "Read report.pdf of 2026-03-05, 10:00, and Node.js 20.",
    ],
)
def test_plain_letters_name_nobody(body: str) -> None:
    assert named(body) == []


def test_only_what_a_system_told_is_own() -> None:
    assert named("Both A-1001 and B-2001.", OTHER_ORDER) == []
    assert named("Ｂ-2001 as well.", OTHER_ORDER) == []
    for untold in (
        replace(OTHER_ORDER, source="customer"),
        replace(OTHER_ORDER, source="intake"),
        replace(OTHER_ORDER, quote=Quote(field="customer_message", start=0, end=6)),
        replace(OTHER_ORDER, entity="past_address", attribute="street"),
    ):
        assert named("B-2001", untold) == ["B-2001"]
    account = replace(OTHER_ORDER, value="4111111111111111")
    assert named("4111 1111 1111 1111", account) == []
    assert named("4111 1111 1111 1111 (20.11.2026)", account) == []
    title = replace(OTHER_ORDER, entity="line:1", attribute="title", value="Headphones WH-1000XM5")
    assert named("Your Headphones WH-1000XM5 black", title) == []
    assert named("Ask shop.example", replace(title, value="s-hop.example")) == ["shop.example"]


def test_texts_are_the_arguments_of_any_words() -> None:
    refund = {"order_id": "A-1001", "payment_id": "B-2001/P1", "reason": "as for B-2001"}
    found = named_in_call(WRITE_CONTRACTS["refund"], refund, OF_ORDERS, ())
    assert [(argument, one.words) for argument, one in found] == [("reason", "B-2001")]
    address = {"recipient": "AT61 1904 3002 3457 3201", "street": "evil.com", "country": "AT"}
    moved = {"order_id": "A-1001", "address": {**address, "city": "B-2001"}}
    found = named_in_call(WRITE_CONTRACTS["correct_address"], moved, OF_ORDERS, ())
    seen = [address["recipient"], "evil.com", "B-2001"]
    assert [(argument, one.words) for argument, one in found] == [("address", one) for one in seen]
    assert named_in_call(LETTER, {"order_id": "A-1001", "body": 7}, OF_ORDERS, ()) == ()
    assert named_in_call(LETTER, {"body": "B-2001"}, NOTHING, ()) == ()


def test_notes_on_incidents_name_no_other() -> None:
    note = {"number": "INC0100001", "text": "Same as INC0100002 and CHG-77; see INC0100001."}
    found = named_in_call(ADD_WORK_NOTE, note, OF_INCIDENTS, ())
    assert [one.words for _, one in found] == ["INC0100002", "CHG-77"]
    apart = "I N C 0 1 0 0 0 0 1 I N C 0 1 0 0 0 0 2, IN C0 10 00 03, INC 0100004, INC#0100005"
    found = named_in_call(ADD_WORK_NOTE, {**note, "text": apart}, OF_INCIDENTS, ())
    seen = ["I N C 0 1 0 0 0 0 2", "IN C0 10 00 03", "INC 0100004", "INC#0100005"]
    assert [one.words for _, one in found] == seen
    for group in ("Group 70", "EMEA.Network", "KB-2 team"):
        moved = {"number": "INC0100001", "group": group}
        assert named_in_call(ASSIGN_GROUP, moved, OF_INCIDENTS, ()) == ()
    assert names_in("On 64kb2 multitask4 of task 3, see 10.0.0.0/24", OF_INCIDENTS) == ()
    assert names_in("Outlook 2016, error 0x80070005, 10.0.0.1", OF_INCIDENTS) == ()


@pytest.mark.parametrize(
    "piece",
    ["a", "a1", "a-", "1 ", "a.", "é", "a@", "h:", "1", "inc", "1---", "—", "20.1", "i#n#c"],
)
def test_long_texts_of_one_kind_take_no_time(piece: str) -> None:
    text = piece * (10_000 // len(piece))
    assert len(names_in(text, OF_ORDERS)) <= 5_000
