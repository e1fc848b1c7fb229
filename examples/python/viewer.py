"""
A viewer: python3 viewer.py LINK

Prints a line of JSON after each change: the position, the state's hash, whether the state is current, and the state.
"""

import asyncio
import sys
import zlib

from link import Retry, Stopped, keep, read_link
from state import Unfit, applied, check, dump, hash_of, parse

MOST_BYTES = 16 * 1024 * 1024
LONGEST_HEADER = 511
LONGEST_WAIT = 600


def read_frame(frame):
    """The message in a frame, or None for one that is dropped. Raises Stopped for what this viewer lacks (V11)."""
    try:
        if isinstance(frame, str):
            return parse(frame)
        end = frame.find(b"\n", 0, LONGEST_HEADER + 1)
        if end < 0:
            return None
        header, body = parse(frame[:end].decode()), frame[end + 1 :]
        lacking = header.get("codec") or header.get("compress", "deflate-raw") != "deflate-raw"
        if lacking:
            raise Stopped(f"This viewer cannot read {header.get('codec') or header['compress']}")
        if "compress" in header:
            unpack = zlib.decompressobj(-15)
            body = unpack.decompress(body, MOST_BYTES)
            if unpack.unconsumed_tail:
                return None
        return {**parse(body.decode()), **header}
    except (ValueError, TypeError, AttributeError, zlib.error):
        return None


class Viewer:
    def __init__(self, on_change):
        self.on_change = on_change
        self.state = None
        self.position = None
        self.status = {}
        # Whether the status has the viewer's position, or state has arrived after it.
        self.is_confirmed = False
        # The message that could not be applied, and the wait before the next attempt.
        self.unfit = None
        self.wait = 0
        self.refuted = None

    @property
    def is_current(self):
        """V7: whether the state may be called current."""
        is_live = self.status.get("host") == "online" and self.status.get("behind") is not True
        return is_live and self.is_confirmed

    def set_status(self, status, is_confirmed):
        before = self.is_current
        self.status, self.is_confirmed = status, is_confirmed
        if self.state is not None and self.is_current != before:
            self.on_change(self)

    async def run(self, socket, receive):
        try:
            await self.receive_all(receive)
        finally:
            # Without a connection, no state is current.
            self.set_status({}, False)

    async def receive_all(self, receive):
        is_waiting = False
        while True:
            message = read_frame(await receive())
            if not isinstance(message, dict):
                continue
            kind = message.get("type")
            at = (message.get("epoch"), message.get("seq"))
            payload = message.get("payload")
            if not isinstance(payload, dict):
                continue
            try:
                if kind == "session_update":
                    check(payload)
                    self.take(payload, at)
                    is_waiting = False
                elif is_waiting:
                    continue
                elif kind == "config_update" and self.position:
                    self.update(message, at)
                elif kind == "status":
                    self.read_status(message, payload, at)
            except Unfit:
                # V5: asks for a whole state, and waits if that does not help.
                again, self.unfit = self.unfit == at, at
                self.position = None
                if not again:
                    raise Retry() from None
                is_waiting = True
                self.wait = min(self.wait * 2 or 5, LONGEST_WAIT)
                print(f"{at} cannot be applied: this state is not up to date", file=sys.stderr)
                await asyncio.sleep(0)
                raise Retry(self.wait) from None

    def take(self, state, at):
        self.state, self.position = state, at
        # A whole state from before the message that could not be applied does not help yet.
        if not self.unfit or at[0] != self.unfit[0] or at[1] >= self.unfit[1]:
            self.unfit, self.wait = None, 0
        self.is_confirmed = bool(self.status)
        self.on_change(self)

    def update(self, message, at):
        epoch, seq = self.position
        if at[0] == epoch and at[1] <= seq:
            return
        if at != (epoch, seq + 1):
            raise Retry()
        self.take(applied(self.state, message), at)

    def read_status(self, message, payload, at):
        self.set_status(payload, bool(self.position) and at == self.position)
        if not self.position or "epoch" not in message:
            return
        if at[0] != self.position[0] or at[1] > self.position[1]:
            raise Retry()
        expected = payload.get("hash")
        if at == self.position and expected is not None and hash_of(self.state) != expected:
            if self.refuted != at:
                self.refuted, self.position = at, None
                raise Retry()


def show(viewer):
    # While it waits for a whole state, a viewer has no position.
    (epoch, seq), state = viewer.position or (None, None), viewer.state
    shown = {"epoch": epoch, "seq": seq, "hash": hash_of(state), "current": viewer.is_current, "state": state}
    print(dump(shown), flush=True)


async def main(link):
    url, key = read_link(link)
    viewer = Viewer(show)
    try:
        await keep(url, "viewer", key, lambda: viewer.position, viewer.run)
    except Stopped as stopped:
        raise SystemExit(f"Stopped: {stopped}") from None


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
