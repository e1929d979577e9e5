"""The one door to HTML: templates in which everything is escaped."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment


def render(template: str, **values: Any) -> str:
    """Return a template with values in it, all of them escaped.

    Args:
        template: Text in the language of jinja2.
        values: By name; use `trusted` for markup of our own.
    """
    return _environment().from_string(template).render(values)


def trusted(markup: str) -> Any:
    """Return markup that is put into a page as it stands.

    Args:
        markup: Made by us, with everything from outside escaped.
    """
    from markupsafe import Markup

    return Markup(markup)  # noqa: S704 - that is what it is for


@cache
def _environment() -> Environment:
    from jinja2 import Environment, StrictUndefined

    return Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
