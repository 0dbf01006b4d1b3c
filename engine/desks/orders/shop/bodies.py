"""Bodies: a request's arguments, read with a limit and without a second meaning."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pydantic import ValidationError
from starlette.requests import Request

from engine.desks.orders.shop.refusals import Code, Refused
from engine.domain.canonical import Json, canonical_text
from engine.domain.tool import Strict


async def read_body(request: Request, limit: int) -> bytes:
    """The body, if it is small enough; what is declared is not trusted.

    Raises:
        Refused: BODY_TOO_LARGE.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit:
            raise Refused(Code.BODY_TOO_LARGE, f"The body is larger than {limit} bytes.")
    return bytes(body)


def parse_arguments(body: bytes) -> Json:
    """The JSON object of a body.

    Raises:
        Refused: INVALID_JSON, also for a name given twice and for numbers JSON does not know.
    """
    try:
        found = json.loads(body, parse_constant=_refuse_constant, object_pairs_hook=_object)
        canonical_text(found)
    except (ValueError, RecursionError):
        raise Refused(Code.INVALID_JSON, "The body is not a JSON object.") from None
    if not isinstance(found, dict):
        raise Refused(Code.INVALID_JSON, "The body is not a JSON object.")
    return found


def checked(schema: type[Strict], found: Json) -> Strict:
    """Arguments of a call, in their types.

    Raises:
        Refused: INVALID_ARGUMENTS, with the first field that is wrong and never its value.
    """
    try:
        return schema.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        pointer = "/" + "/".join(str(part)[:64] for part in first["loc"])
        raise Refused(
            Code.INVALID_ARGUMENTS,
            f"The arguments do not have the form this call takes: {first['type']} at a field.",
            pointer=pointer,
        ) from None


def _refuse_constant(name: str) -> Json:
    raise ValueError(name)


def _object(pairs: Sequence[tuple[str, Json]]) -> Json:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is given twice")
    return found
