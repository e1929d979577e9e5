"""Random JSON schemas of objects, and values that are valid for them."""

from hypothesis import strategies as st

# Few keys, so that they clash; some have a meaning in schemas or in Python.
KEYS = [
    "query",
    "query_1",
    "queries",
    "queries_1",
    "person",
    "people",
    "status",
    "news_2",
    "title",
    "properties",
    "$ref",
    "items_1_2",
]
DEFINITIONS = ["Note", "Note_1", "Place"]
LEAVES = [
    {"type": "string"},
    {"type": "integer"},
    {"type": "boolean"},
    {"type": "null"},
    {"type": ["number", "null"]},
    {"enum": ["low", 1, None]},
    {"type": "object", "additionalProperties": True},
    {"type": "object", "additionalProperties": {"type": "integer"}},
    {},
]
SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.text("aé_", max_size=3)
FREE_VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(KEYS), inner, max_size=2)
    ),
    max_leaves=4,
)
masks = st.lists(st.sampled_from(["query", "queries", "person", "query_1", "title"]))


@st.composite
def schemas(draw, *, closed=False):
    """Return a whole schema; `closed` schemas allow no keys they do not declare."""
    names = draw(st.lists(st.sampled_from(DEFINITIONS), unique=True))
    definitions = {
        # A definition may need only those after it; others are there within lists.
        name: draw(_objects(names[index + 1 :], names, 1, closed))
        for index, name in enumerate(names)
    }
    schema = draw(_objects(names, names, 2, closed))
    return {"$defs": definitions, **schema} if definitions else schema


@st.composite
def models(draw, *, closed=False):
    """Return a schema and a value that is valid for it."""
    schema = draw(schemas(closed=closed))
    return schema, draw(values(schema))


@st.composite
def values(draw, schema):
    """Return a value that is valid for a whole schema."""
    return _value(draw, schema, schema.get("$defs", {}), 3)


@st.composite
def _objects(draw, needed, known, depth, closed):
    keys = draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=4))
    properties = {
        key: {**draw(_nodes(needed, known, depth, closed)), **draw(_titles(key))}
        for key in keys
    }
    schema = {"type": "object", "title": "Thing", "properties": properties}
    required = [key for key in keys if draw(st.booleans())]
    if required:
        schema["required"] = required
    extra = False if closed else draw(st.sampled_from([False, None, {"type": "null"}]))
    if extra is not None:
        schema["additionalProperties"] = extra
    return schema


def _titles(key):
    return st.sampled_from(
        [{}, {"title": key.title().replace("_", " ")}, {"title": "My title"}]
    )


def _nodes(needed, known, depth, closed):
    """Return schemas of fields that refer to definitions in `known`."""
    leaves = st.sampled_from(LEAVES).map(dict)
    nodes = [leaves, leaves.map(_list_of)]
    if depth:
        inner = st.deferred(lambda: _nodes(needed, known, depth - 1, closed))
        nodes += [
            _objects(needed, known, depth - 1, closed),
            inner.map(lambda node: {**_list_of(node), "minItems": 1}),
            st.tuples(inner, inner).map(_tuple_of),
            st.lists(inner, min_size=2, max_size=2).map(lambda parts: {"anyOf": parts}),
            inner.map(lambda node: {"allOf": [node]}),
        ]
    if needed:
        references = st.sampled_from(needed).map(_reference)
        nodes += [references, references.map(_optional)]
    if known:
        nodes.append(st.sampled_from(known).map(_reference).map(_list_of))
    return st.one_of(nodes)


def _reference(name):
    return {"$ref": f"#/$defs/{name}"}


def _optional(node):
    return {"anyOf": [node, {"type": "null"}], "default": None}


def _list_of(node):
    return {"type": "array", "items": node}


def _tuple_of(nodes):
    return {"type": "array", "prefixItems": [nodes[0]], "items": nodes[1]}


def _value(draw, node, definitions, depth):
    """Draw a value for a node; unions and references are resolved first."""
    while True:
        if isinstance(node.get("$ref"), str):
            node = definitions[node["$ref"].removeprefix("#/$defs/")]
        elif "anyOf" in node or "allOf" in node:
            node = draw(st.sampled_from(node.get("anyOf") or node["allOf"]))
        else:
            break
    if node.get("type") == "array":
        return _array(draw, node, definitions, depth - 1)
    if node.get("type") == "object":
        return _object(draw, node, definitions, depth)
    return draw(_scalars(node))


def _scalars(node):
    if "enum" in node:
        return st.sampled_from(node["enum"])
    return {
        "None": FREE_VALUES,
        "string": st.text("aé", max_size=3),
        "integer": st.integers(-5, 5),
        "boolean": st.booleans(),
        "null": st.none(),
    }.get(str(node.get("type")), st.none() | st.floats(0, 1))


def _array(draw, node, definitions, depth):
    smallest = node.get("minItems", 0)
    length = draw(st.integers(smallest, max(smallest, 2 if depth > 0 else 0)))
    leading = node.get("prefixItems", [])
    return [
        _value(
            draw,
            leading[index] if index < len(leading) else node["items"],
            definitions,
            depth,
        )
        for index in range(length)
    ]


def _object(draw, node, definitions, depth):
    properties = node.get("properties", {})
    value = {
        key: _value(draw, part, definitions, depth)
        for key, part in properties.items()
        if key in node.get("required", ()) or (depth > 0 and draw(st.booleans()))
    }
    extra = node.get("additionalProperties", True)
    if extra is False:
        return value
    free = [key for key in KEYS if key not in properties]
    for key in draw(st.lists(st.sampled_from(free), max_size=2, unique=True)):
        is_free = extra is True
        value[key] = (
            draw(FREE_VALUES) if is_free else _value(draw, extra, definitions, 0)
        )
    return value
