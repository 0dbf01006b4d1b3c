"""What a card says about deciding: what approving does, why it cannot be done, what an undo does.

Tools are asked here for words. One that does not answer takes away what it would have said alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.desk import Desk
from engine.domain.actor import Role
from engine.domain.case import Case
from engine.domain.case_status import CaseStatus
from engine.domain.effect import Effect
from engine.domain.phase import Phase
from engine.domain.recommendation import Action, Recommendation
from engine.domain.verdict import VerdictKind
from engine.ports import Pause
from engine.runtime.policy import Policy, cell_of
from engine.service.deciding import DECIDABLE
from engine.service.phrases import broken_words
from engine.service.putting_back import waits_for_undo
from engine.service.rows import DecisionWords, ToolChoice
from engine.service.words import name
from engine.store.read_cells import pause_words
from engine.store.read_tools import tool_choice
from engine.store.read_undo_words import undo_if_run, undo_words, ways_if_run
from engine.store.state_words import STATE_WORDS

_PHASES: dict[Phase, str] = {
    Phase.COPILOT: "In this cell nothing runs without a person.",
    Phase.BOUNDED: "In this cell software acts alone only inside the envelope.",
    Phase.ON_THE_LOOP: "In this cell software acts alone, watched live.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Deciding:
    """Everything the words depend on."""

    case: Case
    desk: Desk | None
    """None: the desk does not run here."""
    made: Recommendation | None
    phase: Phase | None
    pause: Pause | None
    """The brake that holds the recommended action."""
    last: Effect | None
    """The newest effect that stands."""
    ran: Action | None
    """What that effect ran."""
    desk_now: datetime
    take_back_s: float
    chosen: Action | None = None
    """What the first of two people let run; None where nobody has."""
    denied: str = ""
    """Why nobody may let it run as things stand; empty: somebody may."""
    policy: Policy | None = None
    """For who may decide; None: nobody is told beforehand."""
    undo: str = ""
    """What an undo of all that stands would do; empty: nothing stands, or nothing undoes it."""

    def deciders(self, *tools: str) -> tuple[Role, ...]:
        """Roles of which one is needed to have these tools run for this case; none: any."""
        cells = [cell_of(self.case, tool) for tool in tools] if self.policy else []
        found = [self.policy.envelope(cell) for cell in cells] if self.policy else []
        asked = [one.limits.roles for one in found if one is not None and one.limits.roles]
        if not asked:
            return ()
        common = tuple(role for role in asked[0] if all(role in roles for roles in asked))
        return common or asked[0]

    @property
    def action(self) -> Action | None:
        """What an approval would let run: the first person's choice, else what is recommended."""
        if self.chosen is not None:
            return self.chosen
        return self.made.actions[0] if self.made and self.made.actions else None

    @property
    def plan(self) -> tuple[Action, ...]:
        """All that an approval would let run."""
        if self.chosen is not None:
            return (self.chosen,)
        return self.made.actions if self.made is not None else ()

    @property
    def is_about_what_stands(self) -> bool:
        """Whether an undo would be of what ran, not of what an approval would let run."""
        is_open = self.case.status in DECIDABLE and not waits_for_undo(self.case)
        return self.last is not None and not (is_open and self.plan)

    @property
    def ways_if_run(self) -> tuple[list[str], list[str]]:
        """What an undo of all of it would do, newest first, and what it could not take back."""
        if self.desk is None:
            return [], []
        return ways_if_run(self.desk, self.plan, self.case, self.desk_now)


def words_of(deciding: Deciding) -> DecisionWords:
    """What the card says about deciding."""
    why_not = _why_not(deciding)
    return DecisionWords(
        approving=_approving(deciding),
        can_approve=not why_not,
        why_not=why_not,
        undo=_undo_sentence(deciding),
        take_back_s=deciding.take_back_s,
    )


def can_undo(deciding: Deciding) -> bool:
    """Whether the last effect stands, has a declared way back, and the case is at rest."""
    is_at_rest = deciding.case.status is CaseStatus.DONE or waits_for_undo(deciding.case)
    return is_at_rest and bool(_undo_words(deciding))


def tools_of(deciding: Deciding) -> tuple[ToolChoice, ...]:
    """The tools a person may choose instead; none where the desk does not run here.

    What no cell of the envelope names is not offered: nobody may choose it.
    """
    if deciding.desk is None:
        return ()
    action = deciding.action
    target = (action.target if action else "") or deciding.case.source_id
    return tuple(
        tool_choice(tool, target, deciding.deciders(tool.contract.name))
        for tool in deciding.desk.effect_tools
        if deciding.policy is None
        or deciding.policy.envelope(cell_of(deciding.case, tool.contract.name)) is not None
    )


# --- approving ---------------------------------------------------------------------------


def _approving(deciding: Deciding) -> str:
    action = deciding.action
    if action is None:
        return ""
    parts = [
        _running(deciding, action),
        _back(deciding, action),
        _PHASES[deciding.phase] if deciding.phase else "",
    ]
    return " ".join(part for part in parts if part)


def _running(deciding: Deciding, action: Action) -> str:
    """What runs, and when: at once, or when somebody else has approved as well."""
    on = f" on {action.target}" if action.target else ""
    titles = ", ".join(f"“{_title(deciding, one)}”" for one in deciding.plan)
    what = f"{titles}{', one after the other,' if len(deciding.plan) > 1 else ''}{on}"
    said = _in_words(deciding, action)
    status = deciding.case.status
    if deciding.take_back_s == 0:
        what = f"{what} now"
    if status is CaseStatus.SECOND_PENDING:
        return f"You are the second of two people: runs {what}: {said}."
    if _takes_two(deciding):
        return (
            f"Your approval is the first of two; {what} runs when a second person agrees: {said}."
        )
    is_held = status is CaseStatus.HELD
    return f"{'Releases it: runs' if is_held else 'Runs'} {what}: {said}."


def _takes_two(deciding: Deciding) -> bool:
    return any(
        rule.rule == "second_person_missing" for one in deciding.plan for rule in one.verdict.broken
    )


def _in_words(deciding: Deciding, action: Action) -> str:
    """The action as its tool says it, where a person chose it; else as it was recommended."""
    if deciding.chosen is None and deciding.made is not None:
        return deciding.made.draft.summary
    tool = deciding.desk.effect_tool(action.tool) if deciding.desk else None
    return tool.describe(action.arguments) if tool else name(action.tool)


def _back(deciding: Deciding, action: Action) -> str:
    """Until when it can be taken back, and what can be done about it once it ran."""
    back = _undoable(deciding)
    if not deciding.take_back_s:
        return f"Afterwards {back}."
    is_first = deciding.case.status is not CaseStatus.SECOND_PENDING and _takes_two(deciding)
    starts = "" if is_first else f"It starts after {deciding.take_back_s:g} s. "
    return f"{starts}Until then you can take it back; afterwards {back}."


def _undoable(deciding: Deciding) -> str:
    if deciding.is_about_what_stands:
        return "it can be undone" if _undo_words(deciding) else "nothing undoes it"
    ways, left = deciding.ways_if_run
    if not ways:
        return "nothing undoes it"
    return "only a part of it can be undone" if left else "it can be undone"


def _title(deciding: Deciding, action: Action) -> str:
    titles = deciding.desk.titles if deciding.desk else {}
    return titles.get(action.tool, name(action.tool))


def _why_not(deciding: Deciding) -> str:
    case, action = deciding.case, deciding.action
    if case.status not in DECIDABLE:
        return f"This case is {STATE_WORDS[case.status]}; there is nothing to approve now."
    if deciding.desk is None:
        return f"The desk {case.desk} does not run here."
    if waits_for_undo(case) or action is None:
        return _NOTHING if action is None else _UNDO
    if deciding.denied:
        return deciding.denied
    denied = next((one for one in deciding.plan if one.verdict.kind is VerdictKind.DENY), None)
    if denied is not None:
        return f"Policy denies this action ({_denied_by(denied)}); nobody can approve it."
    if deciding.pause is not None:
        return f"Actions are paused: {pause_words(deciding.pause, deciding.desk)}."
    if _is_overdue(deciding):
        return "Its time for review is over and it is about to be passed on: look again."
    return ""


_NOTHING = "Nothing is recommended: choose an action, or reject."
_UNDO = "An undo waits for a second person: confirm it by undoing, or reject it."


def _denied_by(action: Action) -> str:
    rules: Sequence[str] = [
        broken_words(rule.rule).lower()
        for rule in action.verdict.broken
        if rule.otherwise is VerdictKind.DENY
    ]
    return "; ".join(rules) or "no rule recorded"


def _is_overdue(deciding: Deciding) -> bool:
    """The deadline has passed and the engine has not handled it yet; a handled one is cleared."""
    wake_at = deciding.case.wake_at
    return wake_at is not None and wake_at <= deciding.desk_now


# --- undoing -----------------------------------------------------------------------------


def _undo_sentence(deciding: Deciding) -> str:
    if deciding.action is None and deciding.last is None:
        return ""
    if deciding.is_about_what_stands:
        words = _undo_words(deciding)
        return f"An undo would: {words}." if words else "Nothing undoes it."
    ways, left = deciding.ways_if_run
    if not ways:
        return "Nothing undoes it."
    stays = f" It cannot take back: {'; '.join(left)}." if left else ""
    return f"An undo would: {'; then '.join(ways)}.{stays}"


def _undo_words(deciding: Deciding) -> str:
    """What an undo would do: of the effect that stands, or of the recommended action."""
    desk = deciding.desk
    if desk is None:
        return ""
    if deciding.undo:
        return deciding.undo
    effect, action = deciding.last, deciding.ran
    if effect is None or action is None:
        known = [one for one in reversed(deciding.plan) if one.target_state is not None]
        said = [undo_if_run(desk, one, deciding.case, deciding.desk_now) for one in known]
        return "; then ".join(words for words in said if words)
    return undo_words(desk, action, effect)
