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


@st.composite
def _nodes(draw, needed, known, depth, closed):
    kinds = ["leaf", "leaf", "list of leaves"]
    if depth:
        kinds += ["object", "list", "tuple", "union"]
    if needed:
        kinds += ["reference", "optional reference"]
    if known:
        kinds.append("list of references")

    def inner():
        return draw(_nodes(needed, known, max(depth - 1, 0), closed))

    def reference(names):
        return {"$ref": f"#/$defs/{draw(st.sampled_from(names))}"}

    match draw(st.sampled_from(kinds)):
        case "leaf":
            return dict(draw(st.sampled_from(LEAVES)))
        case "list of leaves":
            return {"type": "array", "items": dict(draw(st.sampled_from(LEAVES)))}
        case "object":
            return draw(_objects(needed, known, depth - 1, closed))
        case "list":
            return {"type": "array", "items": inner(), "minItems": 1}
        case "tuple":
            return {"type": "array", "prefixItems": [inner()], "items": inner()}
        case "union":
            kind = draw(st.sampled_from(["anyOf", "anyOf", "allOf"]))
            return {kind: [inner(), inner()] if kind == "anyOf" else [inner()]}
        case "reference":
            return reference(needed)
        case "optional reference":
            return {"anyOf": [reference(needed), {"type": "null"}], "default": None}
        case "list of references":
            return {"type": "array", "items": reference(known)}


def _value(draw, node, definitions, depth):
    if "$ref" in node and isinstance(node["$ref"], str):
        name = node["$ref"].removeprefix("#/$defs/")
        return _value(draw, definitions[name], definitions, depth)
    for kind in ("anyOf", "allOf"):
        if kind in node:
            branch = draw(st.sampled_from(node[kind]))
            return _value(draw, branch, definitions, depth)
    if "enum" in node:
        return draw(st.sampled_from(node["enum"]))
    if node.get("type") == "array":
        return _array(draw, node, definitions, depth - 1)
    if node.get("type") == "object":
        return _object(draw, node, definitions, depth)
    leaves = {
        "string": st.text("aé", max_size=3),
        "integer": st.integers(-5, 5),
        "boolean": st.booleans(),
        "null": st.none(),
    }
    if not node.get("type"):
        return draw(FREE_VALUES)
    return draw(leaves.get(str(node["type"]), st.none() | st.floats(0, 1)))


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
