"""Models: the language model that the settings name, behind its gate, or the scripted one."""

from __future__ import annotations

from random import SystemRandom

from engine.adapters.messages_api import MessagesAccess, MessagesApi
from engine.adapters.model_gate import GateLimits, ModelGate
from engine.domain.model_call import ModelPrice
from engine.ports import Clock, Model
from engine.settings import Settings
from engine.simulators.scripted_model import Mode, ScriptedModel


def open_model(settings: Settings, clock: Clock) -> Model | None:
    """The model, for all threads of a process; None without a key and without a scripted one.

    Nothing connects and no vendor's code is loaded before the first call.
    """
    if settings.scripted_model:
        return ScriptedModel(Mode(settings.scripted_model))
    if not settings.anthropic_api_key:
        return None
    access = MessagesAccess(
        url=settings.anthropic_url,
        key=settings.anthropic_api_key,
        model=settings.model,
        thinking=settings.model_thinking,
        timeout_s=settings.model_timeout_s,
        price=price_of(settings),
    )
    limits = GateLimits(at_once=settings.model_calls_at_once)
    return ModelGate(MessagesApi(access, clock), limits, chance=SystemRandom().random)


def price_of(settings: Settings) -> ModelPrice:
    """What the model costs; unknown where nobody has set it."""
    return ModelPrice(
        input=settings.model_price_input,
        output=settings.model_price_output,
        cache_read=settings.model_price_cache_read,
        cache_write=settings.model_price_cache_write,
    )
