"""Messages stream: an answer put together from its events, to what it would have been at once.

Pure. Events that the API may add later are passed over; what is missing or torn is Unreadable.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from engine.adapters.messages_form import Unreadable, usage_of
from engine.domain.answer_limits import MOST_CHARACTERS, TOO_LONG, extent
from engine.domain.canonical import Json
from engine.domain.model_call import TokenUsage

_TORN = (AttributeError, KeyError, RecursionError, TypeError, ValueError)
_CUT = frozenset({"max_tokens", "model_context_window_exceeded", "refusal"})


class StreamedMessage:
    """One answer on its way; no more of it is kept than an answer may be long."""

    def __init__(self) -> None:
        self._message: dict[str, Any] = {}
        self._told: dict[str, Any] = {}
        self._usage = TokenUsage()
        self._blocks: dict[int, dict[str, Any]] = {}
        self._pieces: dict[int, list[str]] = {}
        self._characters = 0
        self._is_ended = False

    @property
    def usage(self) -> TokenUsage:
        """Tokens told until now: all that went in once it has begun, what came out at its end."""
        return self._usage

    def take(self, event: Json) -> str:
        """Add an event.

        Returns:
            The piece of text it brings; empty where it brings none.

        Raises:
            Unreadable: It is not of the form the API promises, or the answer grows too long.
        """
        try:
            return self._take(event)
        except _TORN as error:
            why = f"an event of its stream is torn ({type(error).__name__})"
        raise Unreadable(why)

    def whole(self) -> dict[str, Any]:
        """The message, as it would have come at once.

        Raises:
            Unreadable: It has not ended, or the arguments of a tool are no JSON object.
        """
        if not self._is_ended:
            raise Unreadable("it ends before its end")
        try:
            return self._whole()
        except _TORN as error:
            why = f"its stream cannot be put together ({type(error).__name__})"
        raise Unreadable(why)

    def _whole(self) -> dict[str, Any]:
        is_cut = self._message.get("stop_reason") in _CUT
        content = [
            self._block(index, block)
            for index, block in sorted(self._blocks.items())
            if not (is_cut and block["type"] == "tool_use")
        ]
        return {**self._message, "content": content, "usage": dict(self._told)}

    def _take(self, event: Mapping[str, Any]) -> str:
        match event["type"]:
            case "message_start":
                self._message = dict(self._kept(event["message"]))
                self._tell(self._message["usage"])
            case "content_block_start":
                self._blocks[event["index"]] = dict(self._kept(event["content_block"]))
                self._pieces[event["index"]] = []
            case "content_block_delta":
                return self._piece(event["index"], event["delta"])
            case "message_delta":
                self._message.update(self._kept(event["delta"]))
                self._tell(self._kept(event["usage"]))
            case "message_stop":
                self._is_ended = True
        return ""

    def _tell(self, usage: Mapping[str, Any]) -> None:
        told = {name: value for name, value in usage.items() if value is not None}
        self._usage = usage_of({**self._told, **told})
        self._told.update(told)

    def _kept(self, said: Json) -> Json:
        """What is to be kept, once it is known that it may be."""
        self._characters += len(said) if isinstance(said, str) else extent(said)[0]
        if self._characters > MOST_CHARACTERS:
            raise Unreadable(TOO_LONG)
        return said

    def _piece(self, index: int, delta: Mapping[str, Any]) -> str:
        match delta["type"]:
            case "text_delta":
                return self._added(index, delta["text"])
            case "input_json_delta":
                self._added(index, delta["partial_json"])
        return ""

    def _added(self, index: int, piece: Json) -> str:
        if not isinstance(piece, str):
            raise TypeError("a piece is text")
        if piece:
            self._pieces[index].append(self._kept(piece))
        return piece

    def _block(self, index: int, block: Mapping[str, Any]) -> dict[str, Any]:
        said = "".join(self._pieces[index])
        if block["type"] == "text":
            return {**block, "text": str(block.get("text") or "") + said}
        if block["type"] == "tool_use" and said:
            try:
                return {**block, "input": json.loads(said)}
            except ValueError:
                why = f"the arguments of {block.get('name')} are no JSON"
            raise Unreadable(why)
        return dict(block)
