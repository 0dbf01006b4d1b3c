"""Identity of a reasoner: its name and the version of its procedure. A record is of one identity.

Another version begins with an empty record: no label, calibration or phase of the one before is
its own. What makes another version, and nothing else does:

- of a playbook, its tables and how they are read; of precedents and memory, features, training
  window, refit schedule and calibration. What is learned anew on schedule is no change;
- of a workflow, its paths, prompts and the revision of the desk's code behind them; of an agent,
  its prompt, the tools as the model is offered them, and the desk's words;
- of both, the model's id as the settings name it (of a script its mode) and how it may think
  before it answers, the number of the code that asks and checks, and the limits that shape what
  a model is told.

What a model never sees is no part of it: how long a run may last and what it may use in all,
budgets and prices, timeouts and retries of tools. Nor is the address at which it is asked, nor the
task: goal, constraints, facts.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

_DIGEST = re.compile(r"[0-9a-f]{32,}")
_SHORT = 8
"""Characters of a digest: enough to tell versions of one reasoner apart."""
_LONGEST_MODEL = 80
_LONGEST = 100


class ReasonerId(NamedTuple):
    """Whose a record is."""

    name: str
    version: str
    """Short and readable, at most 100 characters; see `version_of`."""

    def __str__(self) -> str:
        """For people, as in `agent@claude-x/3f2a91c0`."""
        return f"{self.name}@{self.version}"


@lru_cache(maxsize=256)
def reasoner_id(name: str, version: str) -> ReasonerId:
    """The identity of a reasoner that declares a version; digests in it are shortened.

    What is too long even so ends with a digest of the whole.
    """
    short = _DIGEST.sub(lambda found: found[0][:_SHORT], version)
    if len(short) > _LONGEST:
        short = f"{short[: _LONGEST - _SHORT - 1]}-{_digest(version)}"
    return ReasonerId(name, short)


def version_of(model: str, procedure: str) -> str:
    """The version of a reasoner that asks a model.

    Args:
        model: The model's id.
        procedure: `Procedure.identity` with how the model is asked (`ModelIdentity.asking`), which
            a run keeps as the beginning of its version.
    """
    return f"{model[:_LONGEST_MODEL]}/{_digest(f'{model}/{procedure}')}"


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_SHORT]
