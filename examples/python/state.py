"""State as PROTOCOL.md defines it: JSON with doubles, merges and patches, and its hash."""

import json
import re
import sys
from decimal import Decimal

# A state may nest 500 levels, and each takes a few calls.
sys.setrecursionlimit(10_000)

MOST_DEPTH = 500
MOST_STORES = 1000
SAFE = 2**53 - 1
ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


class Unfit(Exception):
    """The message cannot be applied."""


def integer(text):
    value = int(text)
    return value if abs(value) <= SAFE else double(text)


def double(text):
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("infinite")
    return value


def constant(text):
    raise ValueError(text)


def parse(text):
    """Parses JSON whose numbers are doubles. Raises ValueError."""
    try:
        return json.loads(text, parse_int=integer, parse_float=double, parse_constant=constant)
    except RecursionError as error:
        raise ValueError("too deep") from error


def dump(value):
    """JSON in ASCII, so that lone surrogates become escapes."""
    return json.dumps(value, separators=(",", ":"))


def same(a, b):
    """Equality of JSON. In Python, True equals 1."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    return a == b and isinstance(a, str) == isinstance(b, str)


# The hash


def number_text(value):
    if value == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits)).rstrip("0")
    point = len(digits) + exponent
    if 0 < point <= 21:
        whole = text[:point].ljust(point, "0")
        text = whole + ("." + text[point:] if len(text) > point else "")
    elif -6 < point <= 0:
        text = "0." + "0" * -point + text
    else:
        text = text[0] + ("." + text[1:] if len(text) > 1 else "") + f"e{point - 1:+d}"
    return "-" * sign + text


def string_text(value):
    # Pairs of surrogates become one character, so the others are lone.
    joined = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return '"' + "".join(map(escape, joined)) + '"'


def escape(char):
    if char in ESCAPES:
        return ESCAPES[char]
    return f"\\u{ord(char):04x}" if char < " " or "\ud800" <= char <= "\udfff" else char


def mix(a, b):
    return ((a ^ b) * 0x01000193) % 2**32


def text_hash(text):
    units = memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H")
    result = 0x811C9DC5
    for unit in units:
        result = mix(result, unit)
    return result


def hash_of(value):
    if isinstance(value, list):
        result = 1
        for item in value:
            result = mix(result, hash_of(item))
        return mix(result, 7)
    if isinstance(value, dict):
        result = 2
        for key, item in value.items():
            result = (result + mix(mix(text_hash(key), hash_of(item)), 3)) % 2**32
        return mix(result, 7)
    if value is None or isinstance(value, bool):
        return text_hash({None: "null", True: "true", False: "false"}[value])
    return text_hash(string_text(value) if isinstance(value, str) else number_text(value))


# Merges and patches


def keys_of(pointer):
    if not isinstance(pointer, str) or not pointer.startswith("/") or re.search("~(?![01])", pointer):
        raise Unfit(pointer)
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]


def place(holder, key, is_new=False):
    """The key or index in a holder. Raises Unfit if there is no such place."""
    if isinstance(holder, dict):
        if not is_new and key not in holder:
            raise Unfit(key)
        return key
    if not isinstance(holder, list):
        raise Unfit(key)
    if key == "-" and is_new:
        return len(holder)
    if not re.fullmatch("0|[1-9][0-9]*", key) or int(key) >= len(holder) + is_new:
        raise Unfit(key)
    return int(key)


def find(state, keys):
    holder = state
    for key in keys:
        holder = holder[place(holder, key)]
    return holder


def copy_json(value):
    if isinstance(value, dict):
        return {key: copy_json(item) for key, item in value.items()}
    return [copy_json(item) for item in value] if isinstance(value, list) else value


def add(state, keys, value):
    holder = find(state, keys[:-1])
    at = place(holder, keys[-1], is_new=True)
    if isinstance(holder, list):
        holder.insert(at, value)
    else:
        holder[at] = value


def remove(state, keys):
    holder = find(state, keys[:-1])
    return holder.pop(place(holder, keys[-1]))


def operate(state, operation):
    if not isinstance(operation, dict):
        raise Unfit("operation")
    op, keys = operation.get("op"), keys_of(operation.get("path"))
    if op in ("add", "replace", "test") and "value" not in operation:
        raise Unfit("value")
    if op == "add":
        add(state, keys, copy_json(operation["value"]))
    elif op == "remove":
        remove(state, keys)
    elif op == "replace":
        holder = find(state, keys[:-1])
        holder[place(holder, keys[-1])] = copy_json(operation["value"])
    elif op == "move":
        add(state, keys, remove(state, keys_of(operation.get("from"))))
    elif op == "copy":
        add(state, keys, copy_json(find(state, keys_of(operation.get("from")))))
    elif op != "test" or not same(find(state, keys), operation["value"]):
        raise Unfit(op)


def check(state, depth=2):
    """Raises Unfit for a state that no viewer may show."""
    if depth == 2:
        if not all(isinstance(store, dict) for store in state.values()) or len(state) > MOST_STORES:
            raise Unfit("stores")
    if isinstance(state, (dict, list)):
        if depth > MOST_DEPTH:
            raise Unfit("too deep")
        for item in state.values() if isinstance(state, dict) else state:
            check(item, depth + 1)


def applied(state, message):
    """The state after a config_update. The state before is not changed. Raises Unfit."""
    result = copy_json(state)
    for store, fields in message["payload"].items():
        if not isinstance(fields, dict):
            raise Unfit(store)
        result.setdefault(store, {}).update(copy_json(fields))
    patch = message.get("patch", [])
    if not isinstance(patch, list):
        raise Unfit("patch")
    for operation in patch:
        operate(result, operation)
    check(result)
    return result
