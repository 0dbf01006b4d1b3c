"""Why parcels do not arrive: case types `address_undeliverable` and `delivered_not_received`.

The weights are the middle of what worlds draw. They come from no playbook; but whoever wrote the
shipped playbook's tables had seen them, so its gap to the ceiling is an optimistic figure.
"""

from __future__ import annotations

from engine.desks.orders.words import CaseType, Resolution
from engine.simulators.orders.causes import CaseModel, cause, signal

ADDRESS_UNDELIVERABLE = CaseModel(
    case_type=CaseType.ADDRESS_UNDELIVERABLE,
    signals=(
        signal("notice", "recipient_unknown street_not_found refused access_blocked says_nothing"),
        signal("message", "gives_address says_right silent"),
        signal("history", "other_address same_address no_orders"),
        signal("form", "complete number_missing"),
    ),
    causes=(
        cause(
            "moved",
            Resolution.CORRECT_ADDRESS,
            0.27,
            notice="recipient_unknown:80 street_not_found:6 says_nothing:14",
            message="gives_address:86 says_right:3 silent:11",
            history="same_address:70 other_address:12 no_orders:18",
            form="complete:97 number_missing:3",
        ),
        cause(
            "number_left_out",
            Resolution.CORRECT_ADDRESS,
            0.20,
            notice="street_not_found:84 recipient_unknown:8 says_nothing:8",
            message="gives_address:42 says_right:6 silent:52",
            history="other_address:86 same_address:4 no_orders:10",
            form="number_missing:92 complete:8",
        ),
        cause(
            "number_unknown",
            Resolution.ASK_CUSTOMER,
            0.13,
            notice="street_not_found:82 recipient_unknown:10 says_nothing:8",
            message="silent:92 says_right:6 gives_address:2",
            history="no_orders:72 same_address:25 other_address:3",
            form="number_missing:90 complete:10",
        ),
        cause(
            "carrier_erred",
            Resolution.RESHIP,
            0.19,
            notice="street_not_found:42 recipient_unknown:26 access_blocked:14 says_nothing:18",
            message="says_right:84 silent:14 gives_address:2",
            history="same_address:76 no_orders:22 other_address:2",
            form="complete:98 number_missing:2",
        ),
        cause(
            "door_locked",
            Resolution.ASK_CUSTOMER,
            0.12,
            notice="access_blocked:88 says_nothing:12",
            message="silent:82 says_right:16 gives_address:2",
            history="same_address:60 no_orders:36 other_address:4",
            form="complete:98 number_missing:2",
        ),
        cause(
            "turned_away",
            Resolution.REFUND,
            0.09,
            notice="refused:92 says_nothing:8",
            message="silent:90 says_right:9 gives_address:1",
            history="same_address:56 no_orders:40 other_address:4",
            form="complete:98 number_missing:2",
        ),
    ),
)

DELIVERED_NOT_RECEIVED = CaseModel(
    case_type=CaseType.DELIVERED_NOT_RECEIVED,
    signals=(
        signal("scan", "safe_place neighbour signature wrong_city plain"),
        signal("message", "nothing_arrived neighbour_has_none found_it silent"),
        signal("claims", "none one several"),
        signal("stock", "enough none"),
    ),
    causes=(
        cause(
            "taken",
            Resolution.RESHIP,
            0.24,
            scan="safe_place:76 plain:20 neighbour:4",
            message="nothing_arrived:86 neighbour_has_none:8 silent:6",
            claims="none:88 one:10 several:2",
            stock="enough",
        ),
        cause(
            "taken_and_sold_out",
            Resolution.REFUND,
            0.13,
            scan="safe_place:76 plain:20 neighbour:4",
            message="nothing_arrived:86 neighbour_has_none:8 silent:6",
            claims="none:88 one:10 several:2",
            stock="none",
        ),
        cause(
            "misrouted",
            Resolution.RESHIP,
            0.14,
            scan="wrong_city:88 plain:10 neighbour:2",
            message="nothing_arrived:82 neighbour_has_none:14 silent:4",
            claims="none:90 one:8 several:2",
            stock="enough:94 none:6",
        ),
        cause(
            "wrong_neighbour",
            Resolution.RESHIP,
            0.10,
            scan="neighbour:92 plain:8",
            message="neighbour_has_none:86 nothing_arrived:14",
            claims="none:90 one:8 several:2",
            stock="enough:92 none:8",
        ),
        cause(
            "with_neighbour",
            Resolution.ASK_CUSTOMER,
            0.15,
            scan="neighbour:90 plain:10",
            message="nothing_arrived:70 silent:20 found_it:10",
            claims="none:88 one:10 several:2",
            stock="enough:70 none:30",
        ),
        cause(
            "turned_up",
            Resolution.ASK_CUSTOMER,
            0.11,
            scan="safe_place:40 neighbour:35 plain:25",
            message="found_it:90 silent:10",
            claims="none:88 one:10 several:2",
            stock="enough:70 none:30",
        ),
        cause(
            "false_claim",
            Resolution.ASK_CUSTOMER,
            0.13,
            scan="signature:82 safe_place:10 plain:8",
            message="nothing_arrived:90 neighbour_has_none:6 silent:4",
            claims="several:62 one:28 none:10",
            stock="enough:75 none:25",
        ),
    ),
)
