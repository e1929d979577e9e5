"""What a run will take, told before it begins."""

from __future__ import annotations

from dataclasses import dataclass

from synalinks._internal.html import render

_WHOLE = 100
_PAGE = """
<table>
<thead><tr>{% for one in ["", "at least", "expected", "at most"] %}
<th scope="col" style="text-align:right">{{ one }}</th>{% endfor %}</tr></thead>
<tbody>
{% for name, span in spans %}
<tr style="text-align:right"><th scope="row" style="text-align:left">{{ name }}</th>
{% if span %}
{% for one in [span.low, span.expected, span.high] %}<td>{{ number(one) }}</td>
{% endfor %}
{% else %}<td colspan="3">not known</td>
{% endif %}</tr>
{% endfor %}
</tbody></table>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A number that is not known yet: at least, probably, at most."""

    low: float
    """The least it can be."""
    expected: float
    """What is to be expected."""
    high: float
    """The most it can be."""

    def __mul__(self, factor: float) -> Span:
        return Span(
            low=self.low * factor,
            expected=self.expected * factor,
            high=self.high * factor,
        )

    def __add__(self, other: Span) -> Span:
        return Span(
            low=self.low + other.low,
            expected=self.expected + other.expected,
            high=self.high + other.high,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a `fit` will take."""

    calls: Span
    """LM calls, of the program, the reward and the optimizer."""
    tokens: Span
    """Tokens of these calls, sent and answered."""
    cost_usd: Span | None
    """US dollars; None where the price of a model is not known."""
    minutes: Span
    """Minutes, at the latency measured and as many calls at once as a batch has."""

    def _repr_html_(self) -> str:
        spans = [
            ("calls", self.calls),
            ("tokens", self.tokens),
            ("US dollars", self.cost_usd),
            ("minutes", self.minutes),
        ]
        return render(_PAGE, spans=spans, number=_short)

    def __str__(self) -> str:
        cost = "cost unknown" if self.cost_usd is None else f"${_text(self.cost_usd)}"
        return (
            f"{_text(self.calls)} calls, {_text(self.tokens)} tokens, {cost}, "
            f"{_text(self.minutes)} minutes"
        )


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= _WHOLE else f"{value:.3g}"


def _text(span: Span) -> str:
    low, expected, high = map(_short, (span.low, span.expected, span.high))
    return f"{expected} ({low} to {high})"
