"""People and goods: invented names, addresses and products, drawn by dice that know no cause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

_FIRST = [
    "Ada",
    "Bruno",
    "Carla",
    "Dario",
    "Edda",
    "Femi",
    "Greta",
    "Hugo",
    "Inès",
    "Jonas",
    "Kaya",
    "Linus",
    "Mira",
    "Nils",
    "Oda",
    "Per",
]
_LAST = [
    "Ahorn",
    "Birke",
    "Cedar",
    "Dorn",
    "Esche",
    "Fichte",
    "Ginster",
    "Hasel",
    "Ilex",
    "Jasmin",
    "Klee",
    "Linde",
    "Mohn",
    "Nelke",
]
_STREETS = [
    "Acorn Lane",
    "Birdsong Way",
    "Copper Street",
    "Dovecote Road",
    "Elm Walk",
    "Ferry Street",
]
_CITIES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "DE": (("Mittelstadt", "31{0:03}"), ("Neuenau", "45{0:03}"), ("Seebruck", "82{0:03}")),
    "AT": (("Bergheim", "5{0:03}"), ("Donauwald", "3{0:03}")),
    "NL": (("Waterland", "1{0:03} AB"), ("Duinstad", "2{0:03} CD")),
    "FR": (("Montclair", "69{0:03}"), ("Valbelle", "13{0:03}")),
}
HOME = "DE"
ABROAD = ("AT", "NL", "FR")

CURRENCY = "EUR"
CARRIERS = ("swift", "parcelwise", "northpost")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """An address."""

    recipient: str
    street: str
    postal_code: str
    city: str
    country: str

    def arguments(self) -> dict[str, str]:
        """As the shop takes it."""
        return {
            "recipient": self.recipient,
            "street": self.street,
            "postal_code": self.postal_code,
            "city": self.city,
            "country": self.country,
        }

    def line(self) -> str:
        """As people write it."""
        return f"{self.street}, {self.postal_code} {self.city}, {self.country}"

    def without_number(self) -> Place:
        """The same with the house number left out."""
        return replace(self, street=self.street.rpartition(" ")[0])


@dataclass(frozen=True, slots=True)
class Item:
    """A variant with its price."""

    variant_id: str
    price_minor: int


def draw_name(dice: Random) -> str:
    """A person nobody is."""
    return f"{dice.choice(_FIRST)} {dice.choice(_LAST)}"


def draw_place(dice: Random, recipient: str, country: str = HOME) -> Place:
    """An address that is nowhere."""
    city, postal_code = dice.choice(_CITIES[country])
    return Place(
        recipient=recipient,
        street=f"{dice.choice(_STREETS)} {dice.randint(1, 190)}",
        postal_code=postal_code.format(dice.randint(0, 999)),
        city=city,
        country=country,
    )


def other_place(dice: Random, place: Place, country: str = "") -> Place:
    """Another address of the same recipient: never the same street, code and city."""
    while True:
        other = draw_place(dice, place.recipient, country or place.country)
        if (other.street, other.postal_code) != (place.street, place.postal_code):
            return other


def other_city(dice: Random, place: Place) -> str:
    """A city of the same country where the place is not."""
    return dice.choice([city for city, _ in _CITIES[place.country] if city != place.city])
