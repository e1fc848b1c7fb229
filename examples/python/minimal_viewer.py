"""A minimal viewer: python3 minimal_viewer.py ws://192.168.1.5:9876/ KEY"""

import asyncio
import base64
import json
import sys
from urllib.parse import quote

import websockets


def edit(state, op, path, value=None, **more):
    if op == "move":
        value = edit(state, "remove", more["from"])
    *way, key = [part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/")]
    holder = state
    for step in way:
        holder = holder[int(step) if isinstance(holder, list) else step]
    if op not in ("add", "move", "remove", "replace"):
        raise ValueError(op)
    if isinstance(holder, list):
        key = len(holder) if key == "-" else int(key)
        if not 0 <= key <= len(holder):
            raise ValueError(path)
        if op in ("add", "move"):
            return holder.insert(key, value)
    old = holder[key] if op in ("remove", "replace") else None
    if op == "remove":
        del holder[key]
    else:
        holder[key] = value
    return old


async def view(url, key, on_state):
    token = base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")
    state, epoch, seq, code = None, None, None, 0
    while not 4400 <= code <= 4499:
        query = f"?epoch={quote(epoch, safe='')}&seq={seq}" if epoch else ""
        try:
            async with websockets.connect(
                url + query, subprotocols=["vue-sync.viewer.v1", f"token.{token}"], max_size=None
            ) as socket:
                while True:
                    message = json.loads(await asyncio.wait_for(socket.recv(), 35))
                    kind, at = message["type"], (message.get("epoch"), message.get("seq"))
                    if kind == "session_update":
                        state = message["payload"]
                    elif kind == "config_update" and at == (epoch, (seq or 0) + 1):
                        following = json.loads(json.dumps(state))
                        try:
                            for store, fields in message["payload"].items():
                                following.setdefault(store, {}).update(fields)
                            for operation in message.get("patch", []):
                                edit(following, **operation)
                        except (LookupError, TypeError, ValueError):
                            epoch = None  # asks for a whole state
                            break
                        state = following
                    elif epoch and at[0] and (at[0] != epoch or at[1] > seq):
                        break  # a message is missing
                    else:
                        continue
                    epoch, seq = at
                    on_state(state)
        except websockets.ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else 1006
        except (OSError, asyncio.TimeoutError, websockets.InvalidHandshake):
            pass
        await asyncio.sleep(2)
    raise SystemExit(f"The relay closed the connection for good: {code}")


if __name__ == "__main__":
    asyncio.run(view(sys.argv[1], sys.argv[2], lambda state: print(json.dumps(state), flush=True)))
