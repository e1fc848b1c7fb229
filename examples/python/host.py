"""
A host: python3 host.py LINK < states

LINK has the host's key: ws://192.168.1.5:9876/#k=HOST-KEY. Each line of the standard input is a whole state as
JSON: {"board": {"title": "Final"}}. It is published as the difference to the line before.
"""

import asyncio
import os
import secrets
import sys
import threading

import websockets

from link import Stopped, keep, read_link
from state import copy_json, dump, hash_of, parse, same


MOMENT = 0.25
LONGEST_DELAY = 1


def pointer(path):
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in path)


def difference(path, old, new):
    """RFC 6902 operations that turn `old` at `path` into `new`."""
    if same(old, new):
        return []
    if isinstance(old, dict) and isinstance(new, dict):
        operations = [{"op": "remove", "path": pointer([*path, key])} for key in old if key not in new]
        for key, value in new.items():
            if key in old:
                operations += difference([*path, key], old[key], value)
            else:
                operations.append({"op": "add", "path": pointer([*path, key]), "value": value})
        return operations
    if isinstance(old, list) and isinstance(new, list):
        return list_difference(path, old, new)
    return [{"op": "replace", "path": pointer(path), "value": new}]


def list_difference(path, old, new):
    start = 0
    while start < min(len(old), len(new)) and same(old[start], new[start]):
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and same(old[-1 - end], new[-1 - end]):
        end += 1
    old_part, new_part = old[start : len(old) - end], new[start : len(new) - end]
    both = min(len(old_part), len(new_part))
    operations = []
    for index in range(both):
        operations += difference([*path, start + index], old_part[index], new_part[index])
    at = pointer([*path, start + both])
    operations += [{"op": "remove", "path": at} for _ in old_part[both:]]
    for index, value in enumerate(new_part[both:], start + both):
        operations.append({"op": "add", "path": pointer([*path, index]), "value": value})
    return operations


def config_update(old, new):
    """`payload` and `patch` of a config_update. None if the stores differ, which needs a whole state (H7)."""
    if old is None or old.keys() != new.keys():
        return None
    payload, patch = {}, []
    for store, fields in new.items():
        for field in old[store].keys() - fields.keys():
            patch.append({"op": "remove", "path": pointer([store, field])})
        for field, value in fields.items():
            if field in old[store] and same(old[store][field], value):
                continue
            inner = difference([store, field], old[store][field], value) if field in old[store] else None
            # H8
            if inner is not None and len(dump(inner)) < len(dump(value)):
                patch += inner
            else:
                payload.setdefault(store, {})[field] = value
    return {"payload": payload, **({"patch": patch} if patch else {})}


def read_state(line):
    """Raises ValueError for what is no state."""
    state = parse(line)
    if not isinstance(state, dict) or not all(isinstance(store, dict) for store in state.values()):
        raise ValueError("A state is an object of stores, which are objects of fields")
    return state


def read_status(frame):
    """The payload of a status, or None for anything else: a host ignores what it does not know."""
    try:
        message = parse(frame)
    except ValueError:
        return None
    is_status = isinstance(message, dict) and message.get("type") == "status"
    payload = message.get("payload") if is_status else None
    return payload if isinstance(payload, dict) else None


class Host:
    def __init__(self):
        self.state = None
        self.epoch = secrets.token_urlsafe(16)
        self.seq = 0
        self.socket = None
        self.hashed = None
        self.announced = None
        self.is_behind = False

    @property
    def position(self):
        return (self.epoch, self.seq) if self.seq else None

    def announce(self):
        self.announced = self.position
        return self.announced

    async def send(self, kind, **rest):
        socket = self.socket
        if not socket:
            return
        message = dump({"type": kind, "epoch": self.epoch, "seq": self.seq, **rest})
        sending = asyncio.ensure_future(socket.send(message))
        try:
            await asyncio.wait({sending}, timeout=LONGEST_DELAY)
            # H9: the relay reads too slowly.
            if not sending.done() and not self.is_behind:
                self.is_behind = True
                notice = dump({"type": "status", "payload": {"behind": True}})
                await asyncio.gather(sending, socket.send(notice))
            await sending
        except websockets.ConnectionClosed:
            # The next connection has another position than the relay, which then asks for the whole state.
            pass

    async def caught_up(self):
        """H9: all changes are sent."""
        if self.is_behind:
            self.is_behind = False
            await self.send("status", payload={"behind": False})

    async def send_whole(self):
        if self.state is not None:
            await self.send("session_update", payload=self.state)

    async def publish(self, state):
        """H2: every change has the next seq, also while there is no connection."""
        if self.state is not None and same(self.state, state):
            return
        update = config_update(self.state, state)
        self.state, self.seq = copy_json(state), self.seq + 1
        if update:
            await self.send("config_update", **update)
        else:
            await self.send_whole()

    async def run(self, socket, receive):
        is_first = True
        # A new connection begins with all changes.
        self.is_behind = False
        try:
            while True:
                payload = read_status(await receive())
                if payload is None:
                    continue
                # H1: nothing is sent before the first status.
                self.socket = socket
                if is_first:
                    await socket.send(dump({"type": "status", "payload": {"name": "Python"}}))
                # The state may have changed while the connection was opened.
                if payload.get("want") or (is_first and self.announced != self.position):
                    await self.send_whole()
                # H10
                elif not is_first and self.state is not None and self.hashed != self.position:
                    self.hashed = self.position
                    await self.send("status", payload={"hash": hash_of(self.state)})
                if "error" in payload:
                    print(payload["error"], file=sys.stderr, flush=True)
                is_first = False
        finally:
            self.socket = None


async def read_states(host):
    """Publishes the states of the standard input."""
    loop, lines = asyncio.get_running_loop(), asyncio.Queue()

    def read():
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line)

    # A daemon, so that waiting for a line does not keep the program alive.
    threading.Thread(target=read, daemon=True).start()
    while line := await lines.get():
        # H9: changes of a moment are one message.
        await asyncio.sleep(MOMENT)
        newest = None
        while line:
            try:
                newest = read_state(line)
            except ValueError as error:
                print(f"Not published: {error}", file=sys.stderr, flush=True)
            line = None if lines.empty() else lines.get_nowait()
        if newest is not None:
            await host.publish(newest)
        if lines.empty():
            await host.caught_up()


async def main(link):
    url, key = read_link(link)
    host = Host()
    link_task = asyncio.create_task(keep(url, "host", key, host.announce, host.run))
    states = asyncio.create_task(read_states(host))
    try:
        await asyncio.wait({link_task, states}, return_when=asyncio.FIRST_COMPLETED)
        # After the last state the host stays, so that viewers can load it.
        await link_task
    except Stopped as stopped:
        print(f"Stopped: {stopped}", file=sys.stderr, flush=True)
        # The thread still waits for a line, and an ordinary exit would wait for its lock.
        os._exit(1)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
