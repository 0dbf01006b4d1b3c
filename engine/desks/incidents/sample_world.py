"""The invented company of the sample: its groups, its offices and what breaks there.

All names are made up. Who resolves what is a rule with exceptions, so that a model can learn it
and still be wrong now and then.
"""

from __future__ import annotations

from dataclasses import dataclass

OFFICES = {
    "Rotterdam": "EMEA",
    "Leeds": "EMEA",
    "Lyon": "EMEA",
    "Porto": "EMEA",
    "Gdansk": "EMEA",
    "Columbus": "Americas",
    "Halifax": "Americas",
    "Curitiba": "Americas",
    "Osaka": "APAC",
    "Perth": "APAC",
    "Pune": "APAC",
}
"""Office and its region."""

OFFICE_SHARES = (22, 14, 9, 6, 8, 13, 5, 6, 6, 4, 7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """Something that breaks: what is told of it, and who resolves it."""

    category: str
    subcategory: str
    symptom: str
    group: str
    """`{region}` stands for the office's region."""
    share: int
    """How common it is."""
    certainty: float
    """Share of such incidents that this group resolves."""
    otherwise: tuple[str, ...]
    """Who resolves the rest."""
    items: tuple[str, ...] = ()
    """Configuration items it may name."""


TROUBLES = (
    Trouble(
        category="Email",
        subcategory="Mailbox",
        symptom="Cannot send",
        group="Email and Collaboration",
        share=9,
        certainty=0.93,
        otherwise=("Service Desk {region}", "Network Operations"),
        items=("mail-gate-01", "mail-gate-02"),
    ),
    Trouble(
        category="Email",
        subcategory="Shared mailbox",
        symptom="Permission missing",
        group="Identity and Access",
        share=6,
        certainty=0.80,
        otherwise=("Email and Collaboration",),
    ),
    Trouble(
        category="Email",
        subcategory="Calendar",
        symptom="Wrong time shown",
        group="Email and Collaboration",
        share=4,
        certainty=0.88,
        otherwise=("Service Desk {region}",),
    ),
    Trouble(
        category="Account",
        subcategory="Password",
        symptom="Locked out",
        group="Service Desk {region}",
        share=16,
        certainty=0.95,
        otherwise=("Identity and Access",),
    ),
    Trouble(
        category="Account",
        subcategory="Joiners and leavers",
        symptom="Permission missing",
        group="Identity and Access",
        share=7,
        certainty=0.90,
        otherwise=("Service Desk {region}",),
    ),
    Trouble(
        category="Network",
        subcategory="Remote access",
        symptom="Connection drops",
        group="Remote Access",
        share=8,
        certainty=0.84,
        otherwise=("Network Operations", "Service Desk {region}"),
        items=("vpn-east", "vpn-west"),
    ),
    Trouble(
        category="Network",
        subcategory="Office network",
        symptom="Connection drops",
        group="Network Operations",
        share=7,
        certainty=0.87,
        otherwise=("Field Support {region}",),
        items=("switch-core-a", "switch-core-b"),
    ),
    Trouble(
        category="Network",
        subcategory="Wireless",
        symptom="Slow",
        group="Network Operations",
        share=5,
        certainty=0.66,
        otherwise=("Field Support {region}", "Workplace Engineering"),
    ),
    Trouble(
        category="Hardware",
        subcategory="Laptop",
        symptom="Does not start",
        group="Field Support {region}",
        share=9,
        certainty=0.92,
        otherwise=("Workplace Engineering",),
    ),
    Trouble(
        category="Hardware",
        subcategory="Printer",
        symptom="Paper jam",
        group="Field Support {region}",
        share=6,
        certainty=0.90,
        otherwise=("Service Desk {region}",),
    ),
    Trouble(
        category="Software",
        subcategory="Office suite",
        symptom="Crashes",
        group="Workplace Engineering",
        share=7,
        certainty=0.72,
        otherwise=("Service Desk {region}", "Field Support {region}"),
    ),
    Trouble(
        category="Software",
        subcategory="Update",
        symptom="Slow",
        group="Workplace Engineering",
        share=5,
        certainty=0.64,
        otherwise=("Service Desk {region}", "Field Support {region}", "Network Operations"),
    ),
    Trouble(
        category="Finance system",
        subcategory="Invoices",
        symptom="Wrong amount",
        group="Finance Applications",
        share=6,
        certainty=0.90,
        otherwise=("Database Operations",),
        items=("fin-app-01",),
    ),
    Trouble(
        category="Finance system",
        subcategory="Month end",
        symptom="Slow",
        group="Database Operations",
        share=4,
        certainty=0.62,
        otherwise=("Finance Applications", "Network Operations"),
        items=("fin-db-01",),
    ),
    Trouble(
        category="Warehouse system",
        subcategory="Scanner",
        symptom="Connection drops",
        group="Warehouse Applications",
        share=5,
        certainty=0.70,
        otherwise=("Field Support {region}", "Network Operations"),
        items=("wms-app-01", "wms-app-02"),
    ),
    Trouble(
        category="Warehouse system",
        subcategory="Labels",
        symptom="Does not print",
        group="Warehouse Applications",
        share=4,
        certainty=0.78,
        otherwise=("Field Support {region}",),
    ),
)
