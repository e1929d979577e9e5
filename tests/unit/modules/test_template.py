"""Templates: what they may say, and what they cannot reach."""

import importlib
import sys

import pytest

from synalinks.errors import ConfigurationError
from synalinks.modules import default_prompt_template
from synalinks.modules._template import as_prompt_json, check_template, render

KNOWN = ("instructions", "examples")

ESCAPES = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ instructions.__class__ }}",
    "{{ instructions.__init__.__globals__ }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum.__globals__['os'].system('id') }}",
    "{{ joiner.__init__.__globals__ }}",
    "{{ namespace.__init__ }}",
    "{{ self.__init__.__globals__.__builtins__.__import__('os') }}",
    "{{ self._TemplateReference__context.resolve('x') }}",
    "{{ '{0.__class__.__mro__}'.format(instructions) }}",
    "{{ '%s'.__mod__(1).__class__ }}",
    "{{ instructions|attr('__class__') }}",
    "{{ (instructions|attr('format_map'))({}).__class__ }}",
    "{{ examples.append(1) }}",
    "{{ examples.__class__.__base__ }}",
    "{{ [].__class__.__base__.__subclasses__()[0] }}",
    "{{ dict.__base__.__subclasses__() }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}{{ os.popen('id') }}",
    "{% extends 'x' %}",
    "{% set x = examples.__class__ %}{{ x.mro() }}",
    "{{ range.__self__ }}",
    "{{ range(10000000) }}",
]


@pytest.fixture(scope="module")
def audited():
    """Note every dangerous event of the interpreter, once it is switched on."""
    importlib.import_module("jinja2.debug")  # which jinja2 itself loads at an error
    events = []
    state = {"on": False}

    def hook(event, arguments):
        dangerous = ("os.system", "subprocess", "open", "exec", "import", "socket")
        if state["on"] and event.startswith(dangerous):
            events.append((event, arguments))

    sys.addaudithook(hook)
    yield events, state
    state["on"] = False


@pytest.mark.parametrize("template", ESCAPES)
def test_a_template_cannot_reach_out(template, audited):
    """An attempt is refused, or gives nothing of the interpreter; nothing is run."""
    events, state = audited
    variables = {"instructions": "do it", "examples": [("a", "b")]}
    render("warm up {{ instructions }}", **variables)
    events.clear()

    try:
        check_template(template, KNOWN)
        state["on"] = True
        text = render(template, **variables)
    except ConfigurationError:
        text = ""
    finally:
        state["on"] = False

    assert not [event for event in events if not is_of_a_traceback(*event)]
    assert "class" not in text
    assert "root:" not in text
    assert variables == {"instructions": "do it", "examples": [("a", "b")]}


def is_of_a_traceback(event, arguments):
    """Jinja2 shows errors at the template's line, with code and sources of its own."""
    if event == "exec":
        return arguments[0].co_filename == "<template>"
    return event == "open" and str(arguments[0]).endswith(".py")


def test_a_template_that_fails_says_so():
    """Errors of a template are those of its author."""
    with pytest.raises(ConfigurationError, match="cannot be rendered: ZeroDivisionErr"):
        render("{{ 1 / 0 }}")
    with pytest.raises(ConfigurationError, match="cannot be rendered: SecurityError"):
        render("{{ x.__class__ }}", x=1)
    with pytest.raises(ConfigurationError, match="cannot be rendered: UndefinedError"):
        render("{{ x.nothing }}", x={})


@pytest.mark.parametrize(
    "template",
    [
        "",
        "{{ instructions }}",
        "{% for i, o in examples %}{{ loop.index }}{{ i }}{% endfor %}",
        "{% set n = namespace(x=1) %}{{ n.x }}{{ range(3)|list }}",
        "{% if instructions is defined %}{{ instructions|upper }}{% endif %}",
        default_prompt_template()
        .replace("inputs_schema", "instructions")
        .replace("outputs_schema", "instructions"),
    ],
    ids=["empty", "variable", "loop", "globals", "filter", "default"],
)
def test_what_jinja_offers_can_be_used(template):
    """Loops, filters, tests and the functions of Jinja2 are known."""
    check_template(template, KNOWN)

    assert isinstance(render(template, instructions="i", examples=[("a", "b")]), str)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, True, None]}, '{"a": [1, true, null]}'),
        ([1.5], "[1.5]"),
        ((1,), "[1]"),
        (True, "true"),
        (None, "null"),
        ("text 'x'", "text 'x'"),
        (1, "1"),
    ],
    ids=["dict", "list", "tuple", "bool", "none", "text", "number"],
)
def test_what_a_template_prints_is_json(value, text):
    """Not how Python shows it; a text is printed as it is."""
    assert render("{{ value }}", value=value) == text


def test_html_is_left_alone():
    """A prompt is plain text."""
    assert render("{{ x }}<b>", x="<a> & 'b'") == "<a> & 'b'<b>"


def test_white_space_around_a_prompt_is_removed():
    """What stands inside is kept."""
    assert render("\n  a\n\n b {{ x }}", x="\n") == "a\n\n b"


def test_a_template_nested_beyond_reason_is_refused():
    """Depth is no way around the check."""
    with pytest.raises(ConfigurationError):
        check_template("{{ " + "(" * 20000 + ")" * 20000 + " }}", ())


def test_json_in_prompts_cannot_close_a_block():
    """The escape is undone by any JSON reader."""
    import json

    text = as_prompt_json({"a": "</x>"})

    assert text == '{"a": "<\\/x>"}'
    assert json.loads(text) == {"a": "</x>"}
