"""A connection to a relay that comes back, as the section "Reconnecting" says."""

import asyncio
import base64
import random
import re
import time
from urllib.parse import parse_qs, quote, urlsplit

import websockets

SILENCE = 35
DIAL_TIMEOUT = 8
SETTLED = 5
LONGEST_WAIT = 15


class Stopped(Exception):
    """The connection ended for good, with a close code and the relay's reason."""


class Retry(Exception):
    """The connection must be replaced: after a gap, or after a message that could not be applied."""

    def __init__(self, wait=0):
        super().__init__()
        self.wait = wait


# The base path and the session: "/BASE/s/NAME". No part of a base path is "s".
PATH = re.compile(r"((?:/(?!s(?:/|$))[\w.~-]{1,64}){0,8})(?:/s/([^/]+))?/?", re.ASCII)
NAME = re.compile(r"[A-Za-z0-9][\w.~-]{0,63}", re.ASCII)


def read_link(link):
    """
    The socket's address and the key of a link such as https://example.com/sync/#k=KEY&s=NAME.
    Raises ValueError if it leads to no session.
    """
    address = urlsplit(link if "://" in link else f"ws://{link}")
    fragment = {name: values[0] for name, values in parse_qs(address.fragment).items()}
    if "e" in fragment:
        raise ValueError("This example does not decrypt")
    scheme = address.scheme.replace("http", "ws")
    host = address.netloc if "://" in link or address.port else f"{address.netloc}:9876"
    path = PATH.fullmatch(address.path)
    query = parse_qs(address.query).get("s", [None])[0]
    session = fragment.get("s") or query or (path and path[2]) or "default"
    if not path or not NAME.fullmatch(session):
        raise ValueError("The path of this address leads to no session")
    name = "/" if session == "default" else f"/s/{session}"
    return f"{scheme}://{host}{path[1]}{name}", fragment.get("k")


def protocols(role, key):
    token = base64.urlsafe_b64encode((key or "").encode()).decode().rstrip("=")
    return [f"vue-sync.{role}.v1"] + ([f"token.{token}"] if key else [])


async def keep(url, role, key, position, use):
    """
    Connects again and again. `position()` gives (epoch, seq) or None. `use(socket, receive)` runs on each
    connection; `receive()` gives the next frame. Raises Stopped.
    """
    waits, retried = 0, 0.0
    while True:
        at, first = position(), None
        query = f"?epoch={quote(at[0], safe='')}&seq={at[1]}" if at else ""
        pause = None
        try:
            async with websockets.connect(
                url + query,
                subprotocols=protocols(role, key),
                max_size=None,
                open_timeout=DIAL_TIMEOUT,
                close_timeout=1,
            ) as socket:

                async def receive():
                    nonlocal first
                    frame = await asyncio.wait_for(socket.recv(), SILENCE)
                    first = first or time.monotonic()
                    return frame

                await use(socket, receive)
        except websockets.ConnectionClosed as closed:
            code, reason = (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")
            if 4400 <= code <= 4499:
                raise Stopped(code, reason) from closed
        except Retry as retry:
            now = time.monotonic()
            pause = retry.wait if retry.wait or now - retried >= SETTLED else None
            retried = now
        except (OSError, asyncio.TimeoutError, websockets.InvalidHandshake):
            pass
        if first and time.monotonic() - first >= SETTLED:
            waits = 0
        if pause is None:
            pause = min(2 * 1.5**waits, LONGEST_WAIT) * (1 - 0.3 * random.random())
            waits += 1
        await asyncio.sleep(pause)
