"""What every failure code means: for people, for the engine, and for whoever has to know.

`docs/failures.md` says the same; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.domain.actor import Role
from engine.domain.failure import Failure, FailureCode, FailureStage
from engine.domain.failure_of_runs import RUN_FAILURES

_DECIDERS = (Role.OPERATOR, Role.SENIOR_OPERATOR)
_OWNERS = (*_DECIDERS, Role.PRODUCT_OWNER)
_RISK = (*_DECIDERS, Role.RISK_OFFICER)
_KEEPERS = (Role.ADMINISTRATOR,)
_QUEUE = "case_queue"
_TO_QUEUE = "The case goes to the queue"
_NOTHING_RAN = "Nothing runs; the permit is void and the case goes back to the queue."


def _failure(
    stage: FailureStage,
    title: str,
    meaning: str,
    *,
    told: tuple[Role, ...],
    recovery: str,
    page: str = _QUEUE,
    is_retryable: bool = False,
) -> Failure:
    return Failure(
        stage=stage,
        title=title,
        meaning=meaning,
        is_retryable=is_retryable,
        told=told,
        page=page,
        recovery=recovery,
    )


_S, _C = FailureStage, FailureCode

FAILURES: Mapping[FailureCode, Failure] = MappingProxyType(
    {
        _C.READ_UNAVAILABLE: _failure(
            _S.PERCEIVE,
            "A system could not be read",
            "A system of record gave no answer to a question that changes nothing.",
            told=(*_DECIDERS, Role.ADMINISTRATOR),
            is_retryable=True,
            recovery="The question is asked again within a second, as often as its contract "
            "allows; then the step is done anew after growing pauses, for four to six minutes, "
            "and no longer than its permit holds; then the case goes to the queue.",
        ),
        _C.READ_REFUSED: _failure(
            _S.PERCEIVE,
            "A system refused to be read",
            "A system of record answered that this may not be read, or does not exist; or a run "
            "asked for a record of which its case does not speak, and was told so.",
            told=(*_DECIDERS, Role.ADMINISTRATOR),
            recovery=f"{_TO_QUEUE} without a recommendation; a person decides unaided.",
        ),
        _C.READ_BROKE_CONTRACT: _failure(
            _S.PERCEIVE,
            "What was read makes no sense",
            "A system of record answered in a form that its tool's contract does not allow.",
            told=(*_DECIDERS, Role.ADMINISTRATOR),
            recovery="The question is asked again within a second; if the answer stays as it is, "
            "nothing of it is used and the case goes to the queue without a recommendation.",
        ),
        _C.FACTS_CHANGED: _failure(
            _S.PERCEIVE,
            "Facts changed before it ran",
            "What was known of the case is no longer what the decision was made on.",
            told=_DECIDERS,
            recovery=_NOTHING_RAN,
        ),
        _C.REASONER_FAILED: _failure(
            _S.REASON,
            "The reasoner failed",
            "The reasoner stopped with an error, or proposed something that no tool can do.",
            told=_OWNERS,
            recovery=f"{_TO_QUEUE} without a recommendation; a person decides unaided.",
        ),
        _C.NO_RECOMMENDATION: _failure(
            _S.REASON,
            "Nothing to recommend",
            "The reasoner looked at the case and knew nothing to recommend.",
            told=_OWNERS,
            recovery=f"{_TO_QUEUE} without a recommendation; a person decides unaided.",
        ),
        **RUN_FAILURES,
        _C.NO_LONGER_ALLOWED: _failure(
            _S.GOVERN,
            "Policy no longer allowed it",
            "Policy allowed the action when it was decided, and no longer did when it was to run.",
            told=_DECIDERS,
            recovery=_NOTHING_RAN,
        ),
        _C.ENVELOPE_CHANGED: _failure(
            _S.GOVERN,
            "The envelope became stricter",
            "The envelope was changed between the decision and the moment it was to run.",
            told=_OWNERS,
            recovery=_NOTHING_RAN,
        ),
        _C.AUTHORITY_LOST: _failure(
            _S.GOVERN,
            "The right to act was lost",
            "Who decided may no longer decide this, or the permit does not fit the action.",
            told=_RISK,
            recovery=_NOTHING_RAN,
        ),
        _C.BUDGET_SPENT: _failure(
            _S.GOVERN,
            "Budget used up",
            "Other actions had used up the budget when this one was to run.",
            told=_OWNERS,
            is_retryable=True,
            recovery=_NOTHING_RAN,
        ),
        _C.PERMIT_EXPIRED: _failure(
            _S.GOVERN,
            "The permit expired",
            "The permit's time was over before the action could run.",
            told=_DECIDERS,
            is_retryable=True,
            recovery=_NOTHING_RAN,
        ),
        _C.PAUSED: _failure(
            _S.GOVERN,
            "Paused before it ran",
            "A brake was set between the decision and the moment it was to run.",
            told=_RISK,
            is_retryable=True,
            recovery=_NOTHING_RAN,
        ),
        _C.NOBODY_TOLD: _failure(
            _S.PERSON,
            "Nobody was told in time",
            "The notice of an action that people could hold did not reach them.",
            told=(*_DECIDERS, Role.ADMINISTRATOR),
            is_retryable=True,
            recovery="The notice is sent again after growing pauses; if nobody knows by half of "
            "the window's time, the action does not run and the case goes to the queue.",
        ),
        _C.NOBODY_DECIDED: _failure(
            _S.PERSON,
            "Nobody decided in time",
            "The time to decide passed without a decision; that is never an approval.",
            told=_OWNERS,
            recovery="The case is passed on to the role that the envelope names, or closed without "
            "an action, as the envelope says.",
        ),
        _C.NOBODY_ANSWERED: _failure(
            _S.PERSON,
            "A question was not answered",
            "Somebody asked for a fact that is missing, and its time passed without an answer.",
            told=_DECIDERS,
            recovery=f"{_TO_QUEUE} with the open question.",
        ),
        _C.TOOL_UNAVAILABLE: _failure(
            _S.TOOL,
            "The tool was out of reach",
            "The tool could not be reached, and nothing changed outside.",
            told=(*_DECIDERS, Role.ADMINISTRATOR),
            is_retryable=True,
            recovery="The call is made again with the same key after a growing delay, as often as "
            "its contract allows; then its budget is given back and the case goes to the queue.",
        ),
        _C.TOOL_NO_ANSWER: _failure(
            _S.TOOL,
            "The tool gave no answer",
            "The tool was called and did not answer in time; it may or may not have acted.",
            told=_KEEPERS,
            page="traces",
            is_retryable=True,
            recovery="The tool is asked what became of the call, or called again with the same key "
            "where it acts once a key; a tool that can do neither is left alone.",
        ),
        _C.TOOL_BROKE_CONTRACT: _failure(
            _S.TOOL,
            "The tool's answer makes no sense",
            "The tool acted, and answered in a form that its contract does not allow.",
            told=(*_DECIDERS, Role.ADMINISTRATOR),
            recovery="It is called again with the same key where it acts once a key; if its answer "
            "stays as it is, the case needs repair and nothing else runs for it.",
        ),
        _C.TOOL_CHANGED: _failure(
            _S.TOOL,
            "The tool changed",
            "The tool is gone, or its contract is another than the one that was decided on.",
            told=(*_DECIDERS, Role.ADMINISTRATOR),
            recovery=_NOTHING_RAN,
        ),
        _C.CREDENTIAL_REFUSED: _failure(
            _S.TOOL,
            "The credential was refused",
            "The system did not accept the credential of this one call, and nothing changed.",
            told=(*_RISK, Role.ADMINISTRATOR),
            recovery="The call is not made again; its budget is given back and the case goes to "
            "the queue.",
        ),
        _C.TARGET_REFUSED: _failure(
            _S.TARGET,
            "The system refused the action",
            "The system of record refused the action as things stand there, and nothing changed.",
            told=_DECIDERS,
            recovery="The call is not made again; its budget is given back and the case goes to "
            "the queue with the system's own reason.",
        ),
        _C.TARGET_CHANGED: _failure(
            _S.TARGET,
            "The target changed before it ran",
            "What the action is about no longer is as it was when the decision was made.",
            told=_DECIDERS,
            recovery=_NOTHING_RAN,
        ),
        _C.NOT_VERIFIED: _failure(
            _S.VERIFICATION,
            "Reading back shows something else",
            "The action ran, and reading the target back did not show what was asked for.",
            told=_RISK,
            recovery="Nothing else runs for the case: it needs repair by a person, who sees what "
            "was asked for and what was read back.",
        ),
        _C.OUTCOME_UNKNOWN: _failure(
            _S.VERIFICATION,
            "Nobody knows whether it ran",
            "The answer is missing, and the tool can neither be asked nor safely called again.",
            told=_RISK,
            recovery="It is not called again and its budget stays used; the case needs repair by a "
            "person, who looks at the system itself.",
        ),
        _C.UNDO_FAILED: _failure(
            _S.COMPENSATION,
            "The undo did not work",
            "Putting an effect back was refused, was not answered, or left another state.",
            told=_RISK,
            recovery="The case needs repair by a person, who sees what was done, what was put back "
            "and what is left.",
        ),
        _C.UNDO_REFUSED: _failure(
            _S.COMPENSATION,
            "The undo may not run",
            "What the undo was permitted for no longer is so; the effect stands.",
            told=_DECIDERS,
            page="traces",
            recovery="Nothing runs; the case stays done, with the reason, and the undo can be "
            "asked for again.",
        ),
        _C.WORKERS_SILENT: _failure(
            _S.INFRASTRUCTURE,
            "The time to object was not watched",
            "No worker was there while people could object, or it looked too late.",
            told=(*_DECIDERS, Role.ADMINISTRATOR),
            recovery=f"The action does not run. {_TO_QUEUE}.",
        ),
        _C.WORKER_LOST: _failure(
            _S.INFRASTRUCTURE,
            "A worker was lost on the way",
            "The process ended between a call and the record of its answer.",
            told=_KEEPERS,
            page="traces",
            is_retryable=True,
            recovery="Another worker takes the case over and finds out with the call's key whether "
            "it ran; it never runs twice where the tool acts once a key or can be asked.",
        ),
        _C.INTERNAL_ERROR: _failure(
            _S.INFRASTRUCTURE,
            "An error in the program",
            "The engine or the desk's own code failed; the log has the details.",
            told=_KEEPERS,
            page="traces",
            is_retryable=True,
            recovery="A case that cannot be perceived goes to the queue without a "
            "recommendation; elsewhere nothing of the step is written, and it is done anew when "
            "the lease ends, at most two minutes later.",
        ),
    }
)
"""Every code has its row."""
