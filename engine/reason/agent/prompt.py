"""Prompt: the versioned words an agent is given; the files stand in `prompts`."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from engine.reason.window import DATA_RULE

NEWEST = "v2"


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """Who the model is, and how it works; never about one desk."""

    name: str
    text: str

    @property
    def identity(self) -> str:
        """Its name with the beginning of its digest: a changed file is another prompt."""
        return f"{self.name}.{sha256(self.text.encode('utf-8')).hexdigest()[:8]}"


def read_prompt(name: str = NEWEST) -> Prompt:
    """Read a prompt of the package.

    Args:
        name: Of the file, without its ending.
    """
    file = files("engine.reason.agent").joinpath("prompts", f"{name}.md")
    return Prompt(name=name, text=f"{file.read_text(encoding='utf-8').strip()}\n\n{DATA_RULE}")
