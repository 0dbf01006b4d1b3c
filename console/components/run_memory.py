"""What the page of one run remembers: what was read last, and what the person has opened.

Only the person moves what is open; while nothing is chosen, the newest step is shown.
"""

from __future__ import annotations

from console import session
from engine.domain.ids import RunId
from engine.service.run_rows import ContextRow, RunCard, StepRow

PAGE = "run"


def read(run_id: RunId) -> RunCard:
    """The run; the same as last time where nothing has changed."""
    kept: RunCard | None = session.recall(PAGE, "read", None)
    if kept is not None and kept.row.run_id == run_id:
        if kept.version == session.queries().run_version(run_id):
            return kept
    else:
        close()
    fresh = session.queries().run(run_id)
    session.remember(PAGE, "read", fresh)
    return fresh


def close() -> None:
    """Forget the run and what was open in it."""
    for name in ("read", "step", "question", "block", "view"):
        session.forget(PAGE, name)


def open_step(number: int) -> None:
    """Open a step, until another one is chosen."""
    session.remember(PAGE, "step", number)


def follow() -> None:
    """Show whichever step is the newest."""
    session.forget(PAGE, "step")


def is_following() -> bool:
    """Whether no step is chosen."""
    return session.recall(PAGE, "step", 0) == 0


def step(card: RunCard) -> StepRow | None:
    """The step that is open: the chosen one, or the newest; None: there is none yet."""
    chosen: int = session.recall(PAGE, "step", 0)
    newest = card.steps[-1] if card.steps else None
    return next((one for one in card.steps if one.number == chosen), newest)


def open_question(number: int) -> None:
    """Open a question in the context ledger; the block that was open is another one there."""
    if number != session.recall(PAGE, "question", 0):
        session.remember(PAGE, "question", number)
        session.forget(PAGE, "block")


def question(card: RunCard) -> ContextRow | None:
    """The question that is open in the context ledger: the chosen one, or the newest."""
    chosen: int = session.recall(PAGE, "question", 0)
    contexts = card.contexts
    newest = contexts[-1] if contexts else None
    return next((one for one in contexts if one.step == chosen), newest)


def open_block(place: int) -> None:
    """Open a block of the open question's window; that question stays open from now on."""
    kept: RunCard | None = session.recall(PAGE, "read", None)
    context = question(kept) if kept is not None else None
    if context is not None:
        session.remember(PAGE, "question", context.step)
        session.remember(PAGE, "block", place)


def block() -> int:
    """Place of the block that is open; 0: none."""
    place: int = session.recall(PAGE, "block", 0)
    return place


# --- which half of the page ------------------------------------------------------------------

TRACE, CONTEXT = "Trace", "Context ledger"
VIEW = session.key(PAGE, "view")
"""Session key of the choice between the two."""


def open_window(number: int) -> None:
    """Show the context ledger of a question."""
    open_question(number)
    session.remember(PAGE, "view", CONTEXT)
