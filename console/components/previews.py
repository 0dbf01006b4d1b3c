"""Previews: what a call would change, as lines to draw. Draws nothing itself."""

from __future__ import annotations

from console.components.plan_list import Call, Change
from console.components.text_line import Piece, Tone
from engine.domain.difference import Difference, Shown
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
_MINOR = "_minor"
"""End of the name of a field that counts money in minor units."""
NOT_TOLD = "Its system cannot say beforehand what it would change."


def changes_of(difference: Difference) -> tuple[Change, ...]:
    """Money first, then goods, then fields: what weighs most stands on top."""
    money = [
        Change(what=str(move.money), before=move.source, after=move.target, kind="money")
        for move in difference.money
    ]
    pieces = [
        Change(
            what=f"{move.quantity} × {move.variant_id}",
            before=move.source,
            after=move.target,
            kind="pieces",
        )
        for move in difference.pieces
    ]
    fields = [
        Change(
            what=f"{change.of} · {codes.name(change.field.removesuffix(_MINOR))}",
            before=_shown(change.field, change.before),
            after=_shown(change.field, change.after),
        )
        for change in difference.fields
    ]
    return (*money, *pieces, *fields)


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


def kept_preview(kept: object) -> Preview | None:
    """The preview that was kept with an action; None where there is none that can be read."""
    try:
        return Preview.from_json(kept)
    except InvalidRequest:
        return None


def call_of(row: PreviewRow) -> Call:
    """A preview that a person asked for."""
    if row.is_left:
        stays = Piece(text="cannot be taken back; it stays", look="chip", tone="warn")
        return Call(title=row.words, pieces=(stays,))
    difference = row.difference
    is_same = difference is not None and difference.is_empty
    nothing = "It would change nothing." if is_same else ""
    untold = "" if row.refusal or difference is not None else NOT_TOLD
    two = Piece(text="takes two people" if row.takes_two else "", look="chip", tone="warn")
    return Call(
        title=row.words,
        pieces=(effect_piece(row.effect_class), two),
        lines=(
            refusal_line(row.refusal, row.code),
            (Piece(text=nothing or untold, look="dim"),),
        ),
        changes=changes_of(difference) if difference is not None else None,
    )


def _shown(field: str, value: Shown) -> str:
    if value is None:
        return "(not there)"
    if value == "":
        return "(empty)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and field.endswith(_MINOR):
        return f"{value / 100:,.2f}"
    return str(value)
