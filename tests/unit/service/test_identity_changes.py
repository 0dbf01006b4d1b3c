"""What a changed reasoner means, in the words of those who look at an envelope or sign it."""

from dataclasses import replace

from engine.domain.identity import ReasonerId
from engine.domain.phase import Phase
from engine.service.changes import UNEVIDENCED
from engine.service.identity_changes import changes_of_identity, record_words, unearned_words
from engine.service.rows import RecordRow
from engine.testing.fake_rows_limits import cells

OWN, AGENT = ReasonerId("playbook", "8c41d7ee"), ReasonerId("agent", "claude-y/77be01aa")
NEW = RecordRow(by=str(AGENT), labels=0, errors=0, before=412)
BOUNDED = next(row for row in cells() if row.phase is Phase.BOUNDED)


def test_record_says_whose_it_is() -> None:
    said = [record_words(one) for one in (NEW, replace(NEW, labels=1, before=0))]
    assert said == [
        "agent@claude-y/77be01aa: new version, 0 labels yet; before it 412 that do not count",
        "agent@claude-y/77be01aa: 1 label",
    ]


def test_unearned_phase_says_what_becomes_of_it() -> None:
    assert unearned_words(BOUNDED) == ""
    assert unearned_words(replace(BOUNDED, unearned=(str(AGENT),))) == (
        "Another version earned this phase: what agent@claude-y/77be01aa recommends goes to "
        "people, until two people put the envelope into force anew."
    )


def test_signing_says_whose_the_phases_become() -> None:
    earned = {"playbook": OWN.version, "agent": "claude-x/3f2a91c0"}
    (change,) = changes_of_identity(earned, (OWN, AGENT), [replace(BOUNDED, records=(NEW,))])
    assert change.sentences == (
        "The phases become those of agent@claude-y/77be01aa; they are those of "
        "agent@claude-x/3f2a91c0 now.",
    )
    assert (change.widens, change.evidence) == (True, UNEVIDENCED)
    record = replace(NEW, labels=103, errors=2)
    (change,) = changes_of_identity({}, (AGENT,), [replace(BOUNDED, records=(record,))])
    assert change.sentences == (
        "The phases become those of agent@claude-y/77be01aa; they are no agent's now.",
    )
    assert change.evidence == "2 of 103 of its labels that count were wrong"
    assert changes_of_identity(None, (AGENT,), []) == ()
    assert changes_of_identity(earned, (OWN, ReasonerId("agent", "")), []) == ()
