"""Scripted model: a stand-in for a language model where there is no key. It proves nothing of one.

`answering.answer` is the script, a pure function from a request to the blocks of an answer; `model`
puts it behind the engine's port. It sees what a model would see, the window, and nothing else:
neither the store nor what a simulated world hides. Its rules are short tables written by hand
(`orders`, `incidents`), apart from the desks' own, so that they agree
with a playbook in some cases and not in others.
"""

from engine.simulators.scripted_model.answering import answer
from engine.simulators.scripted_model.model import ScriptedModel
from engine.simulators.scripted_model.modes import Mode

__all__ = ["Mode", "ScriptedModel", "answer"]
