"""Who may do what, as people are at the moment they are asked about."""

from dataclasses import replace
from uuid import UUID

import pytest

from engine.domain.actor import Person, Role
from engine.domain.ids import PersonId
from engine.domain.policy import PolicyKind
from engine.errors import NotAllowed
from engine.service.authority import WRITERS, may, require_author
from engine.service.requests import PauseScope, ResumeScope

OLIVIA = Person(
    id=PersonId(UUID(int=1)),
    name="olivia",
    display_name="Olivia",
    roles=frozenset({Role.PRODUCT_OWNER}),
)
PAUSE, RESUME = PauseScope(scope="all", reason="r"), ResumeScope(scope="all", reason="r")


@pytest.mark.parametrize("kind", list(PolicyKind))
def test_an_author_who_may_propose_passes(kind: PolicyKind) -> None:
    require_author(kind, "olivia", replace(OLIVIA, roles=WRITERS[kind]))


@pytest.mark.parametrize("kind", list(PolicyKind))
@pytest.mark.parametrize(
    "author",
    [
        None,
        replace(OLIVIA, is_active=False, roles=frozenset(Role)),
        replace(OLIVIA, roles=frozenset({Role.OPERATOR})),
    ],
    ids=["gone", "closed", "other role"],
)
def test_a_proposal_ends_with_its_authors_rights(kind: PolicyKind, author: Person | None) -> None:
    with pytest.raises(NotAllowed, match=f"olivia, .* may no longer propose {kind}"):
        require_author(kind, "olivia", author)


def test_each_request_asks_for_its_roles() -> None:
    operator = replace(OLIVIA, roles=frozenset({Role.OPERATOR}))
    assert [may(PAUSE, operator), may(RESUME, operator), may(RESUME, OLIVIA)] == [True, False, True]
    assert not may(RESUME, replace(OLIVIA, is_active=False))
    assert not may(RESUME, None)
