"""What a notebook shows of a history."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from synalinks._internal.html import render, trusted
from synalinks._internal.svg import history_charts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from synalinks.callbacks._history import History

_MAX_CHARTS = 3
_PAGE = """
<div style="max-width:60rem;overflow-wrap:anywhere">
<strong>History</strong> <span style="opacity:.75">{{ told | join(", ") }}</span>
{% if charts %}
<div style="opacity:.75;font-size:.85em"><span style="color:var(--c1, #2f86c9)">━</span>
training <span style="color:var(--c2, #d9730d)">╍</span> validation</div>
<div style="display:flex;flex-wrap:wrap;gap:1rem">
{% for name, svg in charts %}
<figure style="margin:.4rem 0;width:18rem;max-width:100%">
<figcaption>{{ name }}</figcaption>{{ svg }}</figure>
{% endfor %}
</div>
<table>
<thead><tr>{% for one in ["", "first", "last", "lowest", "highest"] %}
<th scope="col" style="text-align:right">{{ one }}</th>{% endfor %}</tr></thead>
<tbody>
{% for name, numbers in rows %}
<tr><th scope="row" style="text-align:left">{{ name }}</th>
{% for one in numbers %}<td style="text-align:right">{{ one }}</td>{% endfor %}</tr>
{% endfor %}
</tbody></table>
{% endif %}
</div>
"""


def history_page(history: History) -> str:
    """Return curves and a table as HTML that follows dark and light.

    Args:
        history: The history; nothing of it is changed.
    """
    charts = history_charts(history.history, history.epoch)[:_MAX_CHARTS]
    return render(
        _PAGE,
        told=list(_told(history)),
        charts=[(name, trusted(svg)) for name, svg in charts],
        rows=list(_rows(history.history)),
    )


def _told(history: History) -> Iterator[str]:
    yield f"{len(history.epoch)} epochs"
    if history.best is not None:
        best = history.best
        yield f"best val_reward {best.val_reward:.4g} in epoch {best.epoch + 1}"
    if history.stop_reason:
        yield f"stopped: {history.stop_reason}"
    usage = history.usage
    if usage.calls:
        cost = "unknown" if usage.cost_usd is None else f"${usage.cost_usd:.4f}"
        yield f"{usage.calls:,} calls, {usage.tokens:,} tokens, cost {cost}"


def _rows(
    values_by_name: Mapping[str, Sequence[object]],
) -> Iterator[tuple[str, list[str]]]:
    for name, values in values_by_name.items():
        numbers = list(_numbers(values))
        if numbers:
            ends = (numbers[0], numbers[-1], min(numbers), max(numbers))
            yield name, [f"{one:.4g}" for one in ends]


def _numbers(values: Iterable[object]) -> Iterator[float]:
    for value in values:
        if isinstance(value, (int, float)) and math.isfinite(value):
            yield value
