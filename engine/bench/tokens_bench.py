"""The bench of tokens: what the model costs for a hundred cases, as an estimate.

The prompts are the product's own. Their tokens are counted by the API itself where a key is set,
and else by four bytes a token. Answers are the scripted model's, so what a real model writes, its
thinking most of all, is not measured: that part is the smallest it can be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.adapters.system import SystemClock
from engine.bench.figures import percentile
from engine.bench.tokens_world import Asking, ask_about
from engine.bootstrap.models import open_model, price_of
from engine.domain.canonical import Json
from engine.domain.model_call import ModelPrice, ModelRequest, TokenUsage
from engine.domain.run import RunKind
from engine.settings import Settings

CASES = 100
KINDS = (RunKind.WORKFLOW, RunKind.AGENT)
COUNTED = 40
"""Prompts of each kind that are counted by the API, where there is a key."""
_MILLION = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class KindTokens:
    """What one kind of reasoner asked."""

    kind: RunKind
    cases: int
    ended: int
    calls: int
    usage: TokenUsage
    median_window: float
    """Tokens of a prompt."""
    longest_window: float
    api_ratio: float | None
    """Tokens as the API counts them over those counted here; None: it was not asked."""

    def for_hundred(self, part: int) -> float:
        """A sum of tokens as it would be for a hundred cases."""
        return part * 100 / self.cases * (self.api_ratio or 1.0)

    def usd(self, price: ModelPrice) -> float | None:
        """US dollars for a hundred cases; None: no price is known."""
        if not price.is_known:
            return None
        return self.for_hundred(price.cost(self.usage)) / _MILLION

    def to_json(self) -> Json:
        """For programs; tokens are those of a hundred cases."""
        usage = self.usage
        return {
            "kind": self.kind,
            "cases": self.cases,
            "ended": self.ended,
            "calls_a_case": self.calls / self.cases,
            "fresh": self.for_hundred(usage.input),
            "cache_read": self.for_hundred(usage.cache_read),
            "cache_write": self.for_hundred(usage.cache_write),
            "output": self.for_hundred(usage.output),
            "median_window": self.median_window * (self.api_ratio or 1.0),
            "longest_window": self.longest_window * (self.api_ratio or 1.0),
            "api_ratio": self.api_ratio,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class TokensReport:
    """What was counted."""

    kinds: tuple[KindTokens, ...]
    price: ModelPrice

    def to_json(self) -> Json:
        """For programs."""
        return {
            "is_estimate": True,
            "kinds": [{**one.to_json(), "usd": one.usd(self.price)} for one in self.kinds],
        }

    def words(self) -> str:
        """For people."""
        return "\n".join([_HEAD, *(self._line(one) for one in self.kinds), _note(self)])

    def _line(self, one: KindTokens) -> str:
        usage, usd = one.usage, one.usd(self.price)
        parts = (usage.input, usage.cache_read, usage.cache_write, usage.output)
        tokens = "".join(f"{one.for_hundred(part):>13,.0f}" for part in parts)
        money = "no price set" if usd is None else f"{usd:,.2f} USD"
        return f"{one.kind:<9}{one.calls / one.cases:>13.1f}{tokens}{money:>15}"


_HEAD = (
    f"For 100 cases of the orders desk, an estimate in tokens:\n{'':<9}{'calls a case':>13}"
    f"{'in, fresh':>13}{'from cache':>13}{'to cache':>13}{'out':>13}{'cost':>15}"
)


def _note(report: TokensReport) -> str:
    is_counted = all(one.api_ratio for one in report.kinds)
    how = "the API, on a sample of them" if is_counted else "four bytes a token"
    ended = ", ".join(f"{one.ended} of {one.cases} {one.kind} runs" for one in report.kinds)
    return (
        f"Prompts are the product's own, counted by {how}; {ended} came to their end.\n"
        "Answers are the scripted model's: a real one writes more, and its thinking counts as "
        "output.\nThe cases come one right after the other; where more than five minutes lie "
        "between two, the cache\nis cold again and the second pays for what it would have read "
        "from there."
    )


def bench_tokens(
    cases: int, settings: Settings, *, say: Callable[[str], None] = lambda line: None
) -> TokensReport:
    """Count what workflow and agent ask about simulated orders.

    Args:
        cases: At least three of each type, 18.
        settings: Prices, and the key with which the API is asked to count, if there is one.
        say: Is told how far it has come.

    Raises:
        ConfigError: There are too few cases.
        ModelError: The API does not count.
    """
    found = []
    for kind in KINDS:
        say(f"{kind}: {cases} cases")
        with TemporaryDirectory(prefix="countersign-tokens-") as folder:
            asking = ask_about(kind, cases, Path(folder))
        found.append(tokens_asked(asking, cases, settings))
    return TokensReport(kinds=tuple(found), price=price_of(settings))


def tokens_asked(asking: Asking, cases: int, settings: Settings) -> KindTokens:
    """What one kind asked, in tokens; see `bench_tokens`."""
    windows = asking.windows
    return KindTokens(
        kind=asking.kind,
        cases=cases,
        ended=asking.ended,
        calls=len(asking.requests),
        usage=asking.usage,
        median_window=percentile(windows, 0.5),
        longest_window=max(windows),
        api_ratio=_api_ratio(asking.requests, windows, settings),
    )


def _api_ratio(
    requests: Sequence[ModelRequest], windows: Sequence[int], settings: Settings
) -> float | None:
    """How many tokens the API counts for each that was counted here; None without a key."""
    if not settings.anthropic_api_key:
        return None
    model = open_model(settings, SystemClock())
    assert model
    every = -(-len(requests) // COUNTED)
    counted = sum(model.count(request) for request in requests[::every])
    return counted / sum(windows[::every])
