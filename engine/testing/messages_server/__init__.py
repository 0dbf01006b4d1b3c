"""A local Messages API: real HTTP, scripted answers, every way in which the real one fails.

It knows the form of the API and nothing of the engine's adapter. What it refuses, the real one
refuses for the default model, as its documentation says; how it counts tokens is its own.
"""

from engine.testing.messages_server.replies import (
    Asked,
    Failure,
    Reply,
    Said,
    Script,
    fails,
    is_cut,
    refuses,
    says,
    uses,
)
from engine.testing.messages_server.server import MessagesServer

__all__ = [
    "Asked",
    "Failure",
    "MessagesServer",
    "Reply",
    "Said",
    "Script",
    "fails",
    "is_cut",
    "refuses",
    "says",
    "uses",
]
