"""Puts the official Python SDK, memoair-voice, under busyhour's load.

Speaks version 1 of busyhour's driver protocol on standard input and output: a JSON object a line (see README.md beside
this file). Every operation is a task of one event loop, as in a voice agent, and calls the SDK's public methods only.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from importlib.metadata import version

import httpx
from memoair_voice import MemoAirVoiceClient, MemoAirVoiceMemoryError

PROTOCOL, VERSION = "busyhour.driver", 1
MAX_IN_FLIGHT = 4096


class Driver:
    def __init__(self, send) -> None:
        self._send = send
        self._client: MemoAirVoiceClient | None = None
        self._sessions: dict[int, object] = {}
        self._operations: dict[int, asyncio.Task[None]] = {}
        self._closing: asyncio.Task[None] | None = None

    def hear(self, order: dict) -> None:
        kind = order["type"]
        if kind == "hello":
            if order["protocol"] != PROTOCOL or order["version"] < VERSION:
                raise SystemExit(f"this driver speaks version {VERSION} of {PROTOCOL}, not {order}")
            self._send(type="hello", protocol=PROTOCOL, version=VERSION, name="memoair-voice",
                       client_version=version("memoair-voice"), max_in_flight=MAX_IN_FLIGHT)
        elif kind == "ping":
            self._send(type="pong", id=order["id"], now_ns=time.monotonic_ns())
        elif kind == "open":
            self._open(order["settings"])
        elif kind == "cancel":
            # The caller hung up: as when a voice agent's turn is cancelled.
            if operation := self._operations.get(order["id"]):
                operation.cancel()
        elif kind == "close":
            self._closing = asyncio.create_task(self._close())
        elif method := getattr(self, f"_{kind}", None):
            self._operations[order["id"]] = asyncio.create_task(self._play(method, order))
        else:
            raise SystemExit(f"this driver knows no order of type {kind!r}")

    def _open(self, settings: dict) -> None:
        if settings["runtime_host"] != "127.0.0.1":
            self._send(type="refused", message="memoair-voice starts runtimes on 127.0.0.1 only: use one host")
            return
        os.environ.update(settings["environment"])
        first, last = settings["runtime_port_range"]
        self._client = MemoAirVoiceClient(
            api_key=settings["api_key"],
            project_id=settings["project_id"],
            agent_id=settings["agent_id"],
            cloud_base_url=settings["base_url"],
            max_concurrent_users=settings["max_concurrent_users"],
            runtime_idle_ttl_s=settings["runtime_idle_ttl_ms"] / 1000,
            # As anybody writes it who reads the SDK's documentation, where the last port is part of the range.
            runtime_port_range=(first, last),
            runtime_binary=settings["runtime_binary"],
            storage_root=settings["storage_root"],
        )
        self._send(type="opened")

    async def _play(self, method, order: dict) -> None:
        started, outcome = time.monotonic_ns(), {}
        try:
            outcome = await method(order)
        except asyncio.CancelledError:
            outcome = {"error": {"code": "client.cancelled", "message": "the caller hung up"}}
        except Exception as error:  # noqa: BLE001 -- whatever a caller's code would see is an outcome
            outcome = {"error": {"code": code_of(error), "message": str(error)}}
        finally:
            finished = time.monotonic_ns()
            del self._operations[order["id"]]
            self._send(type="done", id=order["id"], started_ns=started, finished_ns=finished, **outcome)

    async def _recall(self, order: dict) -> dict:
        timeout_ms = order["timeout_ms"]
        if "call" in order:
            found = await self._sessions[order["call"]].search_memory(order["query"], timeout_ms=timeout_ms)
        else:
            found = await self._client.search_memory(order["query"], user=order["user"], timeout_ms=timeout_ms)
        return {"memory": vars(found)}

    async def _save(self, order: dict) -> dict:
        turn = {name: order[name] for name in ("user_text", "assistant_text", "turn_id")}
        if "call" in order:
            event = await self._sessions[order["call"]].save_response(**turn)
        else:
            event = await self._client.save_response(user=order["user"], **turn)
        # The SDK gives up on a save by saying nothing.
        return {"saved": event is not None}

    async def _begin_call(self, order: dict) -> dict:
        session = await self._client.session(user=order["user"])
        await session.__aenter__()
        self._sessions[order["call"]] = session
        return {}

    async def _end_call(self, order: dict) -> dict:
        if session := self._sessions.pop(order["call"], None):
            await session.__aexit__(None, None, None)
        return {}

    async def _close(self) -> None:
        if self._operations:
            await asyncio.wait(list(self._operations.values()))
        if self._client:
            await self._client.aclose()
        self._send(type="closed")


def code_of(error: Exception) -> str:
    """The SDK's own code, or the built-in client's for what the SDK lets through as its HTTP library raised it."""
    if isinstance(error, MemoAirVoiceMemoryError):
        return error.code
    if isinstance(error, httpx.TimeoutException):
        return "runtime.timeout"
    if isinstance(error, httpx.TransportError):
        return "runtime.unreachable"
    return "client.exception"


async def main() -> None:
    # The SDK's runtimes inherit standard input, and must not read what is meant for this driver.
    orders, nothing = os.fdopen(os.dup(0), "rb", buffering=0), os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    words = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)

    def send(**word) -> None:
        line = memoryview(json.dumps(word, separators=(",", ":")).encode() + b"\n")
        while line:
            line = line[words.write(line):]

    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 22)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), orders)
    driver = Driver(send)
    # Until standard input ends: whoever started this is done with it, or gone.
    while line := await reader.readline():
        driver.hear(json.loads(line))


if __name__ == "__main__":
    asyncio.run(main())
