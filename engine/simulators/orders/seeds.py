"""Seeds: which worlds may be looked at while something is built, and which judge it afterwards.

Whoever fits, tunes or argues looks at development worlds alone. Held-out worlds are drawn from the
same ranges, and what is reported about a reasoner is reported on them.
"""

from __future__ import annotations

DEVELOPMENT_SEEDS = tuple(range(1, 21))
HELD_OUT_SEEDS = tuple(range(70_001, 70_021))
"""Once somebody has changed a playbook, a perceiver or this simulator because of what these showed,
they are development worlds: declare others that nobody has looked at."""
SAMPLE_SEED = 1
"""Of the small world that ships with the desk."""
