"""The page about a run, as a browser shows it."""

import pytest

from synalinks.reports import write_report
from tests.browser import CHROMIUM, browser
from tests.reported_runs import train

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(CHROMIUM is None, reason="no `chromium` on this machine"),
]

SECTIONS = [
    "Curves", "Prompts before and after", "Best and worst samples", "Candidates",
    "Cost by phase", "Time line", "Failures by kind", "Settings",
]  # fmt: skip
CONTRAST = """(() => {
  const light = (text) => {
    const parts = text.match(/[\\d.]+/g).slice(0, 3).map((one) => one / 255);
    const [r, g, b] = parts.map(
      (one) => (one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (one) => {
    for (; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if (colour !== "rgba(0, 0, 0, 0)") return colour;
    }
    return "rgb(255, 255, 255)";
  };
  let lowest = 21;
  for (const one of document.querySelectorAll("p, dt, dd, td, th, a, del, ins, h2")) {
    const [a, b] = [getComputedStyle(one).color, ground(one)].map(light);
    lowest = Math.min(lowest, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
  }
  return lowest;
})()"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The page of a run with the worst texts there are."""
    folder = tmp_path_factory.mktemp("runs") / "triage"
    train(folder)
    return write_report(folder).as_uri()


@pytest.fixture(scope="module")
def page():
    """A browser."""
    with browser() as opened:
        yield opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_is_shown_whole_and_quietly(address, page, width, scheme):
    """No error, no request, no text that cannot be read, nothing beyond the edge."""
    page.open(address, width=width, scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((d) => d.open = true)")

    assert page.complaints() == []
    assert page.requests() == [address]
    assert page.evaluate("document.documentElement.scrollWidth") == width
    heads = "Array.from(document.querySelectorAll('h2'), (one) => one.innerText)"
    assert page.evaluate(heads) == SECTIONS
    assert page.evaluate(CONTRAST) >= 4.5


def test_pictures_have_a_size(address, page):
    """Curves and candidates are drawn, and wide enough to read."""
    page.open(address, width=360)

    widths = page.evaluate(
        "Array.from(document.querySelectorAll('svg[role=img]'), "
        "(one) => one.getBoundingClientRect().width)"
    )

    assert len(widths) >= 3
    assert min(widths) >= 280
