"""A small life (fiction), a key and a sentence that must not get about, and a server that answers as it is named."""

from __future__ import annotations

import json
from typing import Any

from server import Reply, Seen

KEY = "sk-canary-5f1d0c7be94a4f0e8d21"
CANARY = "As a boy I buried the brass anklet under the jasmine behind Perumal's mill."

NOTES = {
    "pigeons.md": "As a boy I kept nineteen pigeons on our terrace in Salem. My father called me stubborn, since I "
    "would not sell a single one. In 2004 a hawk took the white pair, and I cried for a week.\n",
    "temple.md": "In June 1999 our neighbour's temple elephant chased me around the lotus tank. Since that morning I "
    "am afraid of elephants. Meenakshi athai hid me behind the camphor stall and said that he runs well for a fat "
    "boy.\n",
    "bicycle.md": "My uncle taught me to true a bicycle wheel with two matchsticks. I still am stubborn about rattling "
    "spokes. In 2016 I rode past an elephant in Thanjavur, and since then I am no longer afraid of elephants.\n",
    "exam/results.txt": "2007-05-21. I failed the mathematics paper by three marks. I was the only boy in the hostel "
    "who sat down and opened the book again that night.\n",
}
TRAITS = """
[[traits]]
id = "stubborn"
name = "stubborn"
description = "digs in once decided"
polarity = "negative"
importance = 3

[[traits]]
id = "fear-of-elephants"
name = "afraid of elephants"
description = "runs from elephants"
polarity = "negative"
importance = 2
aliases = ["fear of elephants"]
"""


def behave(seen: Seen) -> Reply:
    """By the model's name; what refuses or fails repeats key and request, as some servers do."""
    if not seen.body:
        return Reply(body=json.dumps({"data": [{"id": "answers"}]}).encode())
    shouted = f"{seen.headers.get('authorization')} {json.dumps(seen.body)}".encode()
    match seen.body.get("model"):
        case "refuses":
            return Reply(status=401, body=shouted, headers={"X-Echo": seen.headers.get("authorization", "")})
        case "fails":
            return Reply(status=500, body=shouted)
        case "babbles":
            return Reply("Well, that depends! {not json", body=None)
    schema = seen.body.get("response_format", {}).get("json_schema", {}).get("schema")
    if schema is None and "tools" in seen.body:
        schema = seen.body["tools"][0]["function"]["parameters"]
    return Reply(json.dumps(smallest(schema, schema)) if schema else "I kept pigeons in Salem.")


def smallest(schema: dict[str, Any], whole: dict[str, Any]) -> Any:
    """The least that a JSON schema allows."""
    if "$ref" in schema:
        return smallest(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return smallest(schema[key][-1], whole)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema.get("type"):
        case "object":
            wanted = schema.get("required", [])
            return {k: smallest(v, whole) for k, v in schema.get("properties", {}).items() if k in wanted}
        case "array":
            return [smallest(schema["items"], whole)] * schema.get("minItems", 0)
        case "integer" | "number":
            return schema.get("minimum", 0)
        case "boolean":
            return False
        case "null":
            return None
    return "x" * max(1, schema.get("minLength", 1))
