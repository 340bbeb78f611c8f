"""A driver to start from: puts a client of your own under busyhour's load.

Fill in `Client`; everything below it is the protocol (version 1, see README.md beside this file) and works as it is. Try it:

    busyhour run scenarios/smoke.toml --client "python3 my_driver.py"

As it stands, it remembers nothing, starts no runtimes, and acknowledges no save.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time

NAME, CLIENT_VERSION = "template", "0"
# Operations you take on at once. More wait in busyhour, which counts their wait as lag of its own.
MAX_IN_FLIGHT = 256


class Refused(Exception):
    """Raise it from `Client.open` where you cannot play these settings: the run ends and says why."""


class Failed(Exception):
    """Raise it from an operation that failed, with the code your client gave: `pool.exhausted`, `runtime.timeout` …"""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message)
        self.code = code


class Client:
    """The client under test. An operation that is cancelled is one whose caller has hung up."""

    async def open(self, settings: dict) -> None:
        # Runtimes must find these in their environment; children inherit it from here.
        os.environ.update(settings["environment"])

    async def recall(self, user: dict, query: str, timeout_ms: int, call: int | None) -> dict:
        """Everything the client was told, as JSON: it is searched for other callers' secrets."""
        return {}

    async def save(self, user: dict, user_text: str, assistant_text: str, turn_id: str, call: int | None) -> bool:
        """Whether it was acknowledged. `turn_id` must reach the runtime: the cloud's ledger is searched for it."""
        return False

    async def begin_call(self, user: dict, call: int) -> None:
        """Holds the caller's runtime until `end_call`, so that it is not evicted in between."""

    async def end_call(self, call: int) -> None:
        """Gives it back."""

    async def close(self) -> None:
        """Ends every runtime, and returns when the last is gone."""


class Driver:
    """The protocol."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.operations: dict[int, asyncio.Task[None]] = {}
        # A client's children must not read what is meant for this driver, nor write what busyhour reads.
        self.orders = os.fdopen(os.dup(0), "rb", buffering=0)
        self.words = os.fdopen(os.dup(1), "wb", buffering=0)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)

    def now_ns(self) -> int:
        """Any steady clock will do: busyhour asks how far it is ahead of its own."""
        return time.monotonic_ns()

    def say(self, **word) -> None:
        self.write(json.dumps(word, separators=(",", ":")).encode() + b"\n")

    def write(self, line: bytes) -> None:
        left = memoryview(line)
        while left:
            left = left[self.words.write(left) :]

    async def serve(self) -> None:
        """Until standard input ends: whoever started this is done with it, or gone."""
        reader = asyncio.StreamReader(limit=1 << 22)
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), self.orders)
        while line := await reader.readline():
            order = json.loads(line)
            kind = order.pop("type")
            if kind == "cancel":
                if operation := self.operations.get(order["id"]):
                    operation.cancel()
            elif kind in ("recall", "save", "begin_call", "end_call"):
                self.operations[order["id"]] = asyncio.create_task(self.play(kind, order))
            else:
                await getattr(self, f"on_{kind}")(**order)

    async def on_hello(self, protocol: str, version: int, **_) -> None:
        self.say(
            type="hello", protocol="busyhour.driver", version=1,
            name=NAME, client_version=CLIENT_VERSION, max_in_flight=MAX_IN_FLIGHT,
        )

    async def on_ping(self, id: int, **_) -> None:
        self.say(type="pong", id=id, now_ns=self.now_ns())

    async def on_open(self, settings: dict, **_) -> None:
        try:
            await self.client.open(settings)
            self.say(type="opened")
        except Refused as reason:
            self.say(type="refused", message=str(reason))

    async def on_close(self, **_) -> None:
        # In the background: pings must be answered meanwhile.
        self.closing = asyncio.create_task(self.close())

    async def close(self) -> None:
        if self.operations:
            await asyncio.wait(list(self.operations.values()))
        await self.client.close()
        self.say(type="closed")

    async def play(self, kind: str, order: dict) -> None:
        id, _ = order.pop("id"), order.pop("due_ns")
        if kind in ("recall", "save"):
            order.setdefault("call", None)
        started, outcome = self.now_ns(), {}
        try:
            result = await getattr(self.client, kind)(**order)
            outcome = {"recall": {"memory": result}, "save": {"saved": result}}.get(kind, {})
        except asyncio.CancelledError:
            outcome = {"error": {"code": "client.cancelled"}}
        except Failed as error:
            outcome = {"error": {"code": error.code, "message": str(error)}}
        except Exception as error:  # noqa: BLE001 -- whatever a caller's code would see is an outcome
            print(f"{kind} failed: {error!r}", file=sys.stderr)
            outcome = {"error": {"code": "client.exception", "message": str(error)}}
        finally:
            del self.operations[id]
            self.done(id, started, self.now_ns(), outcome)

    def done(self, id: int, started_ns: int, finished_ns: int, outcome: dict) -> None:
        self.say(type="done", id=id, started_ns=started_ns, finished_ns=finished_ns, **outcome)


if __name__ == "__main__":
    asyncio.run(Driver(Client()).serve())
