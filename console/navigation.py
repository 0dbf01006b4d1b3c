"""Navigation: every page as one row, and the menu made of them.

Nothing is computed here. A page is a file of `app_pages` named by its slug.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page as StreamlitPage

from console import session
from engine.domain.actor import Person, Role
from engine.service.authority import AUDITORS

_FOLDER = Path(__file__).parent / "app_pages"


@dataclass(frozen=True, kw_only=True, slots=True)
class PageSpec:
    """One page of the console."""

    slug: str
    """Name of the file in `app_pages`; in the address with hyphens."""
    title: str
    icon: str
    section: str
    roles: frozenset[Role] = frozenset()
    """Who sees it; empty: everybody who is signed in."""


PAGES: tuple[PageSpec, ...] = (
    PageSpec(slug="case_queue", title="Queue", icon=":material/inbox:", section="Work"),
    PageSpec(slug="live", title="Live", icon=":material/podcasts:", section="Work"),
    PageSpec(slug="case_card", title="Case", icon=":material/description:", section="Work"),
    PageSpec(
        slug="audit",
        title="Audit",
        icon=":material/fact_check:",
        section="Work",
        roles=AUDITORS,
    ),
    PageSpec(slug="traces", title="Traces", icon=":material/timeline:", section="Observe"),
    PageSpec(slug="runs", title="Runs", icon=":material/account_tree:", section="Observe"),
    PageSpec(slug="compare", title="Compare", icon=":material/balance:", section="Observe"),
    PageSpec(slug="scorecard", title="Scorecard", icon=":material/monitoring:", section="Observe"),
    PageSpec(slug="ledger", title="Ledger", icon=":material/receipt_long:", section="Observe"),
    PageSpec(slug="decision_log", title="Decision log", icon=":material/rule:", section="Observe"),
    PageSpec(slug="envelope", title="Envelope", icon=":material/tune:", section="Govern"),
    PageSpec(slug="guardrails", title="Guardrails", icon=":material/shield:", section="Govern"),
    PageSpec(slug="goals", title="Goals", icon=":material/flag:", section="Govern"),
    PageSpec(slug="schedules", title="Schedules", icon=":material/schedule:", section="System"),
    PageSpec(slug="account", title="Account", icon=":material/account_circle:", section="System"),
)
"""The first one opens at the root address; the server leads there from its own."""


def path_of(page: PageSpec) -> Path:
    """The page's file."""
    return _FOLDER / f"{page.slug}.py"


def address_of(page: PageSpec) -> str:
    """The page's place in the address, without the slash."""
    return page.slug.replace("_", "-")


def guesses_of(page: PageSpec) -> frozenset[str]:
    """What people type for a page instead of its address: its title, its file, one or many."""
    titled = page.title.lower().replace(" ", "-")
    names = {titled, page.slug, titled.removesuffix("s"), f"{titled.removesuffix('s')}s"}
    names |= {name.capitalize() for name in names | {address_of(page)}}
    if page is PAGES[0]:  # which opens at the root alone
        names.add(address_of(page))
        return frozenset(names)
    return frozenset(names) - {address_of(page)}


def pages_for(person: Person) -> tuple[PageSpec, ...]:
    """The pages a person sees: those without roles and those with one of the person's."""
    return tuple(page for page in PAGES if not page.roles or person.has_any(page.roles))


def choose(person: Person | None) -> StreamlitPage:
    """Draw the menu and give the page that was chosen; without a person, the way in alone."""
    if person is None:
        return st.navigation([st.Page(session.draw_way_in, title="Sign in")], position="hidden")
    sections: dict[str, list[StreamlitPage]] = {}
    for page in pages_for(person):
        entry = st.Page(
            path_of(page),
            title=page.title,
            icon=page.icon,
            url_path=address_of(page),
            default=page is PAGES[0],
        )
        sections.setdefault(page.section, []).append(entry)
    return st.navigation(sections, expanded=True)
