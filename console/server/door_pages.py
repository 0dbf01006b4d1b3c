"""The pages in front of the console: sign-in, set-up, short notices. HTML without script.

Every value is escaped; nothing is fetched from anywhere. Colours are those of the console's theme.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from string import Template
from urllib.parse import quote

from console import theme
from engine.service.demonstration_rows import DemonstrationRow

_STYLE = """
:root { color-scheme: light dark;
  --back: #fbfbfa; --card: #ffffff; --text: #1d2326; --dim: #5a6368; --line: #d9dad5;
  --main: #1f5f8b; --on-main: #ffffff; --bad: #b3261e; --bad-back: #fbeceb; }
@media (prefers-color-scheme: dark) { :root {
  --back: #14181b; --card: #1a2024; --text: #e4e7e6; --dim: #a3adb1; --line: #343c41;
  --main: #6db3de; --on-main: #0d1c26; --bad: #f2837b; --bad-back: #33201f; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; grid-template-rows: 1fr auto;
  justify-items: center; align-items: center; padding: 1.5rem 1rem; background: var(--back);
  color: var(--text); font: 15px/1.45 'Inter', 'Segoe UI', system-ui, -apple-system, 'Noto Sans',
  'DejaVu Sans', sans-serif; }
main { width: 100%; max-width: 23.5rem; }
.mark { display: flex; align-items: center; gap: .55rem; margin: 0 0 1rem; font-weight: 650;
  font-size: 1.12rem; letter-spacing: .01em; }
.mark svg { width: 1.6rem; height: 1.6rem; flex: none; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  padding: 1.5rem 1.6rem 1.6rem; }
h1 { font-size: 1.2rem; line-height: 1.3; margin: 0 0 .35rem; font-weight: 650; }
p { margin: 0 0 1rem; color: var(--dim); }
p:last-child { margin-bottom: 0; }
label { display: block; font-weight: 600; font-size: .9rem; margin: .9rem 0 .3rem; }
.hint { font-weight: 400; color: var(--dim); }
input { width: 100%; font: inherit; color: inherit; background: var(--back); padding: .5rem .6rem;
  border: 1px solid var(--line); border-radius: 5px; }
input:focus-visible, button:focus-visible, a:focus-visible { outline: 2px solid var(--main);
  outline-offset: 2px; }
button { width: 100%; margin-top: 1.35rem; padding: .58rem; font: inherit; font-weight: 600;
  color: var(--on-main); background: var(--main); border: 0; border-radius: 5px; cursor: pointer; }
button:hover { filter: brightness(1.07); }
[role=alert] { margin: .9rem 0 0; padding: .55rem .7rem; color: var(--bad);
  background: var(--bad-back); border-radius: 5px; border-left: 3px solid var(--bad); }
a { color: var(--main); }
code { font: .9em ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', monospace;
  padding: .05rem .3rem; background: var(--back); border: 1px solid var(--line);
  border-radius: 4px; }
button.persona { margin-top: .5rem; padding: .5rem .7rem; text-align: left; font-weight: 400;
  color: var(--text); background: var(--back); border: 1px solid var(--line); }
button.persona:hover { border-color: var(--main); filter: none; }
.persona strong, .persona span { display: block; }
.persona span { color: var(--dim); font-size: .86rem; line-height: 1.35; }
p.warning { color: #1d1600; background: #ffb300; padding: .5rem .7rem; border-radius: 5px;
  font-weight: 600; }
footer { color: var(--dim); font-size: .82rem; margin-top: 1.5rem; text-align: center; }
"""

_ICON = "data:image/svg+xml," + quote(theme.ICON)
_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()

POLICY = (
    f"default-src 'none'; img-src data:; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""Content security policy of these pages: this style, no script, nothing fetched."""

_PAGE = Template(
    """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<link rel="icon" href="$icon">
$head<title>$title · Countersign</title>
<style>$style</style>
</head>
<body>
<main>
<div class="mark">${mark}Countersign</div>
<div class="card">
<h1>$title</h1>
$body
</div>
</main>
<footer>Software recommends, policy decides, people countersign.</footer>
</body>
</html>
"""
)


def sign_in_page(
    *,
    target: str,
    name: str = "",
    error: str = "",
    is_new: bool = False,
    demonstration: DemonstrationRow | None = None,
) -> str:
    """The form for name and password; on a demonstration the people whose place can be taken.

    Args:
        target: Where to go afterwards.
        name: What was typed as name.
        error: Why the last attempt failed.
        is_new: There is no account yet.
        demonstration: What is demonstrated here; None: nothing, or not to whoever asks.
    """
    if demonstration is not None and not name:
        return _demonstration_page(target, demonstration)
    if is_new:
        return notice_page(
            "No account yet",
            "Open the one-time set-up link that <code>countersign up</code> has printed. "
            "Starting it again prints a new one.",
        )
    return _password_page(target, name, error)


def _password_page(target: str, name: str, error: str) -> str:
    """The form itself; the cursor stands where something is missing."""
    name_focus, password_focus = ("", " autofocus") if name else (" autofocus", "")
    return _page(
        "Sign in",
        f"""<p>With your account.</p>{_alert(error)}
<form method="post" action="/signin">
<input type="hidden" name="next" value="{escape(target)}">
<label for="name">Name</label>
<input id="name" name="name" value="{escape(name)}" autocomplete="username" autocapitalize="none"
spellcheck="false" maxlength="64" required{name_focus}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password"
maxlength="200" required{password_focus}>
<button>Sign in</button>
</form>""",
    )


def _demonstration_page(target: str, shown: DemonstrationRow) -> str:
    """Everybody simulated, each by one click."""
    buttons = "".join(
        f"""<button class="persona" name="name" value="{escape(one.name)}">
<strong>{escape(one.display_name)}</strong><span>{escape(one.what)}</span></button>"""
        for one in shown.personas
    )
    return _page(
        "Demonstration",
        f"""<p class="warning">Everything here is simulated: orders, cases, people, and what came
of it. Nothing of it is evidence for anything real.</p>
<p>Whose place do you take?</p>
<form method="post" action="/persona">
<input type="hidden" name="next" value="{escape(target)}">
{buttons}
</form>""",
    )


def set_up_page(*, token: str, name: str = "", display_name: str = "", error: str = "") -> str:
    """The form for the first account.

    Args:
        token: Of the one-time link.
        name: What was typed as sign-in name.
        display_name: What was typed as name.
        error: Why the last attempt failed.
    """
    return _page(
        "Set up the first account",
        f"""<p>It administers the others and can also operate. This link works once.</p>
{_alert(error)}
<form method="post" action="/setup">
<input type="hidden" name="token" value="{escape(token)}">
<label for="name">Sign-in name</label>
<input id="name" name="name" value="{escape(name)}" autocomplete="username" autocapitalize="none"
spellcheck="false" maxlength="64" required autofocus>
<label for="display_name">Your name <span class="hint">as others see it</span></label>
<input id="display_name" name="display_name" value="{escape(display_name)}" autocomplete="name"
maxlength="100">
<label for="password">Password <span class="hint">12 characters or more</span></label>
<input id="password" name="password" type="password" autocomplete="new-password" minlength="12"
maxlength="200" required>
<label for="again">Password again</label>
<input id="again" name="again" type="password" autocomplete="new-password" minlength="12"
maxlength="200" required>
<button>Make the account and sign in</button>
</form>""",
    )


def wrong_set_up_page() -> str:
    """A set-up link that makes no account any more, or never did."""
    return notice_page(
        "This link makes no account",
        "It is wrong, used or too old. Open the one that <code>countersign up</code> has printed "
        "last; stopping it and starting it again prints a new one.",
    )


def notice_page(title: str, words: str) -> str:
    """A page that only says something.

    Args:
        title: Plain text.
        words: HTML of this module's callers, never text from outside.
    """
    return _page(title, f"<p>{words}</p>")


def come_again_page() -> str:
    """Ask the browser to send the same request once more, from this address.

    A link on another site does not carry a SameSite=Strict cookie, a reload does.
    """
    return _page(
        "One moment", "<p>Opening the console.</p>", '<meta http-equiv="refresh" content="0">'
    )


def _page(title: str, body: str, head: str = "") -> str:
    return _PAGE.substitute(
        title=escape(title), style=_STYLE, body=body, head=head, mark=theme.ICON, icon=_ICON
    )


def _alert(text: str) -> str:
    return f'<div role="alert">{escape(text)}</div>' if text else ""
