"""What the compiled validator lets pass, the exact one lets pass as well."""

from hypothesis import given
from hypothesis import strategies as st

from synalinks.language_models._validator import Validator

NUMBERS = st.one_of(
    st.integers(-3, 3),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.1, 0.3, 2.5, 1e300, 5e-324, 2**53 + 1, 2.0**53, 2**64, 10**400]),
)
TEXTS = st.one_of(
    st.text(max_size=3),
    st.sampled_from(
        ["a", "ab", "a\n", "é", "e\u0301", "\u0663", "\U0001f600", "\ud800"]
    ),
    st.sampled_from(["2024-02-29", "10:30", "P1D", "a@b.c", "x:y", "::1", "é@\ud800"]),
)
KEYS = st.sampled_from(["a", "b", "\ud800"])
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_leaves=6,
)
SIZES = st.integers(0, 3)
TYPES = st.sampled_from(
    ["integer", "number", "string", "null", "boolean", "array", "object"]
)
PATTERNS = st.sampled_from(
    [r"^\d$", r"^\D$", r"^\w+$", r"\W", r"\s", r"\bé", "^a$", "(?<=a)b", r"^\p{L}$"]
)
FORMATS = st.sampled_from(
    [
        "date", "date-time", "time", "duration", "email", "uuid", "uri",
        "ipv6", "regex", "hostname", "idn-email", "nothing known",
    ]
)  # fmt: skip


SCHEMA_LISTS = st.deferred(lambda: st.lists(SCHEMAS, min_size=1, max_size=2))
PROPERTIES = st.deferred(
    lambda: st.dictionaries(st.sampled_from(["a", "b"]), SCHEMAS, max_size=2)
)
KEYWORDS = {
    "type": TYPES | st.lists(TYPES, min_size=1, unique=True),
    "const": VALUES,
    "enum": st.lists(VALUES, min_size=1, max_size=3),
    "minimum": NUMBERS,
    "exclusiveMaximum": NUMBERS,
    "multipleOf": NUMBERS.filter(lambda number: number > 0),
    "minLength": SIZES,
    "maxLength": SIZES,
    "maxItems": SIZES,
    "minProperties": SIZES,
    "pattern": PATTERNS,
    "format": FORMATS,
    "uniqueItems": st.booleans(),
    "anyOf": SCHEMA_LISTS,
    "oneOf": SCHEMA_LISTS,
    "allOf": SCHEMA_LISTS,
    "prefixItems": SCHEMA_LISTS,
    "not": st.deferred(lambda: SCHEMAS),
    "items": st.deferred(lambda: SCHEMAS),
    "contains": st.deferred(lambda: SCHEMAS),
    "propertyNames": st.deferred(lambda: SCHEMAS),
    "additionalProperties": st.deferred(lambda: SCHEMAS),
    "unevaluatedProperties": st.booleans(),
    "properties": PROPERTIES,
    "required": st.lists(st.sampled_from(["a", "b"]), unique=True),
}


@st.composite
def _schemas(draw):
    names = draw(st.lists(st.sampled_from(sorted(KEYWORDS)), max_size=3, unique=True))
    return {name: draw(KEYWORDS[name]) for name in names}


SCHEMAS = st.booleans() | _schemas()


@given(_schemas(), st.lists(VALUES, min_size=1, max_size=5))
def test_no_value_passes_that_the_exact_validator_refuses(schema, values):
    """The fast way is the same judge: it lets no value pass by itself."""
    validator = Validator(schema)

    for value in values:
        assert validator.is_valid(value) is validator.exact.is_valid(value)
