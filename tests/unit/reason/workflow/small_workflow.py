"""A small workflow with one step of every kind, and a model that answers it well."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from engine.desk import ReadMade
from engine.domain.canonical import Json
from engine.domain.fact import Fact
from engine.domain.model_call import ModelRequest
from engine.domain.recommendation import Proposal, Reason
from engine.domain.run_fault import RunFault
from engine.errors import ToolError
from engine.reason.checks import Cited, Grounds, PutForward
from engine.reason.workflow import Workflow, WorkflowProcedure
from engine.reason.workflow.known import (
    Candidate,
    Finding,
    Heard,
    Known,
    Listening,
    Offer,
    Option,
    Sayable,
)
from engine.reason.workflow.path import (
    Assess,
    Check,
    Conclude,
    Gather,
    Path,
    Read,
    ReadTexts,
    Recommend,
    Stop,
)
from tests.unit.reason.checked_brief import CAPTURED, MESSAGE, NOW, STATUS, only_captured
from tests.unit.reason.workflow.running import fact, grounds

HEARD = "customer.is_angry@customer"


class Standing(StrEnum):
    OPEN = "open"
    OVER = "over"
    UNKNOWN = "unknown"


class Clarity(StrEnum):
    CLEAR = "clear"
    UNCLEAR = "unclear"


def own(known: Known) -> Sequence[Mapping[str, Any]]:
    return ({"order_id": known.brief.target},)


def listen(known: Known, heard: Sequence[Heard]) -> Listening:
    told = [
        Fact(
            entity="customer",
            attribute="is_angry",
            value=one.value if one.value is not None else one.words,
            source="customer",
            observed_at=NOW,
            quote=one.quote,
        )
        for one in heard
    ]
    doubts = [Reason(fact=MESSAGE, text="Please look.", weight=0.0)] if heard else []
    return Listening(facts=tuple(told), doubts=tuple(doubts))


def standing(known: Known) -> Finding:
    status = known.value(STATUS)
    if status is None:
        return Finding(branch=Standing.UNKNOWN)
    branch = Standing.OVER if status == "CANCELLED" else Standing.OPEN
    return Finding(branch=branch, notes=("The status was looked at.",))


def causes(known: Known) -> Sequence[Candidate]:
    return (Candidate(name="lost", title="it is lost"), Candidate(name="late"))


def clarity(known: Known) -> str:
    assert known.assessment
    is_clear = max(one.probability for one in known.assessment.weighed) > 0.5
    return Clarity.CLEAR if is_clear else Clarity.UNCLEAR


def refund(known: Known, amount: int = 0) -> Proposal:
    minor = amount or known.value(CAPTURED)
    return Proposal(
        tool="refund", arguments={"order_id": known.brief.target, "amount_minor": minor}
    )


def hold(known: Known) -> Proposal:
    return Proposal(tool="hold_order", arguments={"order_id": known.brief.target})


def offer(known: Known) -> Offer:
    return Offer(
        options=(
            Option(
                name="refund",
                summary="Refund it",
                proposals=(refund(known),),
                probability=0.7,
                note="expected cost 3.21 EUR",
            ),
            Option(name="hold", summary="Hold it", proposals=(hold(known),), probability=0.3),
            Option(name="too much", summary="Refund all", proposals=(refund(known, 9_999),)),
        ),
        notes=("Not possible now: reship.",),
        doubts=(Reason(fact=STATUS, text="Old hat.", weight=0.0),),
    )


def careful(known: Known) -> Offer:
    return Offer(options=(Option(name="hold", summary="Hold it", proposals=(hold(known),)),))


def over(known: Known) -> PutForward:
    return PutForward(
        proposals=(hold(known),),
        label="hold",
        summary="Nothing is left",
        grounds=Grounds(
            because="It is over.",
            cites=[Cited(fact=STATUS, why="Cancelled.", strength="strong")],
            against=[],
            missing=[],
            confidence=1.0,
        ),
    )


ORDER = Read(tool="get_order", source="shop", calls=own)
WEATHER = Read(tool="weather", source="sky", calls=own, is_needed=False)
ANGRY = Sayable(
    text="message", name="angry", means="the customer is angry", values={"yes": True, "no": False}
)
NAME = Sayable(text="message", name="name", means="the customer's name")

PATH = Path(
    case_type="lost",
    steps=(
        Gather(name="gather", reads=(ORDER, WEATHER), then="read texts"),
        ReadTexts(
            name="read texts", prompt="read.v1", sayable=(ANGRY, NAME), listen=listen, then="check"
        ),
        Check(
            name="check",
            check=standing,
            answers=Standing,
            branches={
                Standing.OPEN: "assess",
                Standing.OVER: "close",
                Standing.UNKNOWN: "stop",
            },
        ),
        Assess(
            name="assess",
            prompt="assess.v1",
            candidates=causes,
            judge=clarity,
            answers=Clarity,
            branches={Clarity.CLEAR: "recommend", Clarity.UNCLEAR: "hold back"},
        ),
        Recommend(name="recommend", prompt="recommend.v1", offer=offer, may=("refund",)),
        Recommend(name="hold back", prompt="recommend.v1", offer=careful, may=("hold_order",)),
        Conclude(name="close", conclude=over, may=("hold_order",)),
        Stop(name="stop", fault=RunFault.READS_FAILED, why="Nothing is known."),
    ),
)
PROMPTS = {"read.v1": "Read.", "assess.v1": "Weigh.", "recommend.v1": "Recommend."}
WORKFLOW = Workflow(paths={"lost": PATH}, prompts=PROMPTS, revision="1")
PROCEDURE = WorkflowProcedure(WORKFLOW, amount_problem=only_captured)


def weighed(lost: float = 0.8, late: float = 0.2) -> Json:
    rows = [("lost", lost, [STATUS]), ("late", late, [])]
    return {
        "weighed": [
            {
                "name": name,
                "probability": probability,
                "because": "So it is.",
                "cites": [{"fact": one, "why": "It shows.", "strength": "some"} for one in facts],
            }
            for name, probability, facts in rows
        ]
    }


def statement(what: str = "angry", value: str = "yes", words: str = "never got it") -> Json:
    return {"statements": [{"what": what, "value": value, "words": words}]}


def choice(name: str = "refund", **said: Any) -> Json:
    return {**grounds(STATUS, CAPTURED), "choice": name, **said}


class Good:
    """Answers every step well, except where it is told to say something else first."""

    def __init__(self, **instead: Sequence[Any]) -> None:
        self._instead = {name.replace("_", " "): list(said) for name, said in instead.items()}

    def __call__(self, purpose: str, request: ModelRequest) -> Any:
        step = purpose.partition(", repair")[0]
        if self._instead.get(step):
            return self._instead[step].pop(0)
        if step == "read texts":
            return statement()
        if step == "assess":
            return weighed()
        return choice("refund" if step == "recommend" else "hold")


def read(name: str, arguments: Mapping[str, Any]) -> Json:
    if name == "weather":
        raise ToolError("no weather today")
    return {"status": "PLACED", **arguments}


def facts_of_read(made: ReadMade) -> Sequence[Fact]:
    return (
        fact(STATUS, made.result["status"], made.at, ttl_s=900),
        fact(CAPTURED, 2_500, made.at, ttl_s=900),
    )
