"""What a hundred cases cost: the sums, and the API's own count where there is a key."""

import pytest

from engine.bench.tokens_bench import KindTokens, TokensReport, tokens_asked
from engine.bench.tokens_world import Asking
from engine.domain.model_call import (
    Message,
    ModelPrice,
    ModelRequest,
    Speaker,
    TextBlock,
    TokenUsage,
)
from engine.domain.run import RunKind
from engine.settings import Settings
from engine.testing.messages_server import MessagesServer

PRICE = ModelPrice(input=3_000_000, output=15_000_000, cache_read=300_000, cache_write=3_750_000)
FREE = ModelPrice(input=0, output=0, cache_read=0, cache_write=0)
USAGE = TokenUsage(input=1_000_000, output=100_000, cache_read=2_000_000, cache_write=200_000)


def tokens(api_ratio: float | None = None) -> KindTokens:
    return KindTokens(
        kind=RunKind.AGENT,
        cases=200,
        ended=199,
        calls=900,
        usage=USAGE,
        median_window=4_000,
        longest_window=9_000,
        api_ratio=api_ratio,
    )


@pytest.mark.parametrize(("ratio", "usd"), [(None, 2.925), (1.2, 3.51)])
def test_cost_is_that_of_a_hundred_cases(ratio: float | None, usd: float) -> None:
    # 3.00 + 1.50 + 0.60 + 0.75 USD for 200 cases
    assert tokens(ratio).usd(PRICE) == pytest.approx(usd)


def test_unknown_price_gives_no_money() -> None:
    report = TokensReport(kinds=(tokens(),), price=FREE)
    assert tokens().usd(FREE) is None
    assert "no price set" in report.words()
    assert "USD" not in report.words()
    assert "four bytes a token" in report.words()


def test_api_counts_a_sample_of_the_prompts() -> None:
    requests = tuple(request(f"question {number}") for number in range(90))
    asking = Asking(kind=RunKind.AGENT, runs=(), requests=requests, windows=(5,) * 90)
    with MessagesServer([]) as server:
        settings = Settings(anthropic_api_key="no-real-key", anthropic_url=server.url)
        found = tokens_asked(asking, 20, settings)
        assert len(server.log) == 30
    # Each of them is counted as 3 of the request, 3 of the text and 3 for its 10 or 11 bytes.
    assert found.api_ratio == pytest.approx(9 / 5)


def request(text: str) -> ModelRequest:
    block = TextBlock(text=text)
    message = Message(speaker=Speaker.USER, blocks=(block,))
    return ModelRequest(system=(), messages=(message,), max_tokens=10)
