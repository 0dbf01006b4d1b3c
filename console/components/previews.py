"""Previews: what a call would change, as lines to draw. Draws nothing itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from console.components import desk_words
from console.components.plan_list import Call, Change
from console.components.text_line import Piece, Tone
from engine.domain.difference import Difference, FieldChange, Shown
from engine.domain.preview import Preview
from engine.domain.tool import EffectClass
from engine.errors import InvalidRequest
from engine.service import words as codes
from engine.service.preview_rows import PreviewRow
from engine.service.step_words import EFFECT_CLASS

_EFFECT_TONE: dict[str, Tone] = {
    EffectClass.IRREVERSIBLE: "warn",
    EffectClass.COMPENSABLE: "info",
}
NOT_THERE = "(not there)"
_STATE = "state"
AS_THEY_STAND = "Every preview shows the target as it stands before the first step."
NOT_TOLD = "Its system cannot say beforehand what it would change."


def changes_of(difference: Difference, desk: str, currency: str = "") -> tuple[Change, ...]:
    """Money first, then goods, then things: what weighs most stands on top.

    Args:
        difference: What would be otherwise.
        desk: Whose words to use.
        currency: Of amounts whose currency the difference does not name; empty: not known.
    """
    money = [
        Change(
            what=str(move.money),
            before=desk_words.thing(desk, move.source),
            after=desk_words.thing(desk, move.target),
            kind="money",
        )
        for move in difference.money
    ]
    pieces = [
        Change(
            what=f"{move.quantity} × {move.variant_id}",
            before=desk_words.thing(desk, move.source),
            after=desk_words.thing(desk, move.target),
            kind="pieces",
        )
        for move in difference.pieces
    ]
    named = {move.money.currency for move in difference.money}
    currency = named.pop() if len(named) == 1 else currency
    return (*money, *pieces, *_things(difference.fields, desk, currency))


def _things(fields: Sequence[FieldChange], desk: str, currency: str) -> Iterator[Change]:
    """New and lost things in one line each, of the others field by field."""
    by_thing: dict[str, list[FieldChange]] = {}
    for change in fields:
        by_thing.setdefault(change.of, []).append(change)
    for thing, changes in by_thing.items():
        called = desk_words.thing(desk, thing)
        if _is_new(thing, changes):
            told = _told([(one.field, one.after) for one in changes], desk, currency)
            yield Change(what=f"New: {called}", after=told, kind="new")
        elif len(changes) > 1 and all(one.after is None for one in changes):
            told = _told([(one.field, one.before) for one in changes], desk, currency)
            yield Change(what=_capital(called), before=told, after=NOT_THERE, kind="lost")
        else:
            yield from (_field(one, _capital(called), desk, currency) for one in changes)


def _is_new(thing: str, changes: Sequence[FieldChange]) -> bool:
    """Whether a thing was not there before; one field alone may only have been empty."""
    if any(one.before is not None for one in changes):
        return False
    told = changes[0].after
    return len(changes) > 1 or (":" in thing and isinstance(told, str) and " " in told)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _field(change: FieldChange, thing: str, desk: str, currency: str) -> Change:
    before, after = (
        _shown(change.field, value, desk, currency) for value in (change.before, change.after)
    )
    return Change(of=thing, what=_called(change.field, desk), before=before, after=after)


def _told(fields: Sequence[tuple[str, Shown]], desk: str, currency: str) -> str:
    """All fields of a thing in one line: its amount and state bare, the others by their names."""
    bare, named = [], []
    for field, value in sorted(fields, key=lambda one: not one[0].endswith(desk_words.MINOR)):
        said = _shown(field, value, desk, currency)
        if field.endswith(desk_words.MINOR) or field == _STATE:
            bare.append(said)
        else:
            named.append(f"{_called(field, desk).lower()}: {said}")
    return "; ".join([", ".join(bare), *named] if bare else named)


def _called(field: str, desk: str) -> str:
    known = desk_words.titles(desk).get(field, "")
    return known or codes.name(field.removesuffix(desk_words.MINOR).removesuffix("_id"))


def effect_piece(effect_class: str) -> Piece:
    """What kind of effect a call has, in words."""
    said = EFFECT_CLASS.get(effect_class, "")
    tone = _EFFECT_TONE.get(effect_class, "")
    return Piece(text=said, look="chip", tone=tone, hint=effect_class)


def refusal_line(refusal: str, code: str) -> tuple[Piece, ...]:
    """Why the target would refuse the call as things stand; nothing where it would not."""
    if not refusal:
        return ()
    return (
        Piece(text="As things stand its system would refuse it:", tone="warn"),
        Piece(text=refusal, tone="strong"),
        Piece(text=code, look="code"),
    )


def later_words(step: int, done: str) -> str:
    """What is said of a call that means nothing before another one of the same plan was made."""
    return f"What it would change can be said only after step {step} is {done}."


def kept_preview(kept: object) -> Preview | None:
    """The preview that was kept with an action; None where there is none that can be read."""
    try:
        return Preview.from_json(kept)
    except InvalidRequest:
        return None


def call_of(row: PreviewRow, desk: str, currency: str = "") -> Call:
    """A preview that a person asked for."""
    if row.is_left:
        stays = Piece(text="cannot be taken back; it stays", look="chip", tone="warn")
        return Call(title=row.words, pieces=(stays,))
    difference = row.difference
    is_same = difference is not None and difference.is_empty
    nothing = "It would change nothing." if is_same else ""
    untold = "" if row.refusal or difference is not None else NOT_TOLD
    if row.after:
        untold = later_words(row.after, "put back")
    two = Piece(text="takes two people" if row.takes_two else "", look="chip", tone="warn")
    return Call(
        title=row.words,
        pieces=(effect_piece(row.effect_class), two),
        lines=(
            refusal_line(row.refusal, row.code),
            (Piece(text=nothing or untold, look="dim"),),
        ),
        changes=changes_of(difference, desk, currency) if difference is not None else None,
    )


def _shown(field: str, value: Shown, desk: str, currency: str) -> str:
    if value is None:
        return NOT_THERE
    if value == "":
        return "(empty)"
    is_number = isinstance(value, str) and field.endswith("_id")
    shown = str(value).rsplit("/", 1)[-1] if is_number else value
    return desk_words.value(desk, field, shown, currency)
