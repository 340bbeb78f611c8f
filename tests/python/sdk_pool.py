"""Plays traces to the real RuntimePool of the installed memoair-voice, in virtual time.

One JSON line in is one trace, one JSON line out is what the pool did. The pool's own code runs, on an asyncio event loop
whose clock jumps to whatever is due next. Replaced is only what lies outside of the pool: processes, the HTTP client, the
test whether a port can be bound, and the clock. A process that is told to end has ended, so that waiting for it takes no time.
"""

import asyncio
import json
import logging
import selectors
import sys
from types import SimpleNamespace

import httpx
from memoair_voice import _runtime_pool as sdk


class VirtualSelector(selectors.SelectSelector):
    """Never waits: where nothing is due, time goes on to what is next."""

    loop = None

    def select(self, timeout=None):
        if timeout is None:
            raise RuntimeError("nothing will ever happen")
        if timeout > 0:
            self.loop.now_ns = round(self.loop._scheduled[0].when() * 1e9)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self):
        selector = VirtualSelector()
        selector.loop = self
        self.now_ns = 0
        super().__init__(selector)
        self._clock_resolution = 1e-9

    def time(self):
        return self.now_ns / 1e9


class World:
    """What there is outside of the pool during one trace, and the log of what the pool does to it."""

    def __init__(self, loop, trace):
        self.loop = loop
        self.boots_ms = trace["boots_ms"]
        self.flushes_ms = trace["flushes_ms"]
        self.strangers = set()
        self.processes = []
        self.flushes = 0
        self.log = []

    def note(self, *what):
        self.log.append([self.loop.now_ns, *what])

    def listener(self, port):
        return next((p for p in self.processes if p.alive and p.port == port), None)


class Process:
    """Stands in for subprocess.Popen."""

    def __init__(self, world, env):
        self.world = world
        self.user = env["MEMOAIR_RUNTIME_USER_ID"]
        self.port = int(env["MEMOAIR_RUNTIME_BIND_ADDR"].rpartition(":")[2])
        boot_ms = world.boots_ms[len(world.processes) % len(world.boots_ms)]
        self.ready_ns = None if boot_ms is None else world.loop.now_ns + boot_ms * 1_000_000
        self.alive = True
        self.flushing = False
        world.processes.append(self)
        world.note("spawned", self.user, self.port)

    def answers(self):
        return self.ready_ns is not None and self.world.loop.now_ns >= self.ready_ns

    def terminate(self):
        if self.alive:
            self.alive = False
            self.world.note("ended", self.user, self.port)

    kill = terminate

    def wait(self, timeout=None):
        assert not self.alive


class Client:
    """Stands in for httpx.AsyncClient."""

    def __init__(self, world, base_url):
        self.world = world
        self.port = int(base_url.rpartition(":")[2])

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        return None

    async def get(self, path, timeout):
        process = self.world.listener(self.port)
        if process is None or not process.answers():
            raise httpx.ConnectError("nobody listens")
        return SimpleNamespace(status_code=200, json=lambda: {"workspaceId": PROJECT, "userId": process.user})

    async def post(self, path, json, timeout):
        world, process = self.world, self.world.listener(self.port)
        if process is None:
            raise httpx.ConnectError("nobody listens")
        takes_ms = world.flushes_ms[world.flushes % len(world.flushes_ms)]
        world.flushes += 1
        process.flushing = True
        world.note("drained", process.user, process.port)
        await asyncio.sleep(takes_ms / 1e3)


class Socket:
    """Stands in for socket.socket."""

    def __init__(self, world):
        self.world = world

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def setsockopt(self, *_):
        return None

    def bind(self, address):
        if address[1] in self.world.strangers or self.world.listener(address[1]):
            raise OSError("address in use")


def replace_the_outside(world):
    sdk.time = SimpleNamespace(monotonic=lambda: world.loop.time() * A_LITTLE_FAST)
    sdk.subprocess = SimpleNamespace(
        Popen=lambda command, env, **_: Process(world, env),
        DEVNULL=-3,
        TimeoutExpired=TimeoutError,
    )
    sdk.httpx = SimpleNamespace(
        AsyncClient=lambda base_url: Client(world, base_url), Timeout=httpx.Timeout, HTTPError=httpx.HTTPError
    )
    sdk.socket = SimpleNamespace(
        socket=lambda *_: Socket(world), AF_INET=0, SOCK_STREAM=0, SOL_SOCKET=0, SO_REUSEADDR=0
    )


class UsedByRelease(sdk.RuntimePool):
    """A mistake: whoever is given back is the last to be evicted."""

    def release(self, handle):
        super().release(handle)
        key = (handle.project_id, handle.user_id)
        if self._handles.get(key) is handle:
            self._handles.move_to_end(key)


class ForgivingReaper(sdk.RuntimePool):
    """A mistake: a runtime may rest for a second longer."""

    def __init__(self, **settings):
        settings["runtime_idle_ttl_s"] += 1
        super().__init__(**settings)


POOLS = {None: sdk.RuntimePool, "used_by_release": UsedByRelease, "forgiving_reaper": ForgivingReaper}


async def play(world, trace):
    pool = POOLS[trace.get("mistake")](
        api_key="memoair_pk_test",
        project_id=PROJECT,
        agent_id="agent_test",
        max_concurrent_users=trace["cap"],
        runtime_idle_ttl_s=trace["ttl_s"],
        runtime_port_range=tuple(trace["ports"]),
        runtime_binary=sys.executable,
    )
    handles, tasks = {}, {}

    async def acquire(number, user):
        try:
            handles[number] = await pool.acquire(user_id=user)
            world.note("granted", number)
        except sdk.MemoAirVoiceMemoryError as error:
            world.note("refused", number, error.code)
        except asyncio.CancelledError:
            world.note("hung_up", number)

    for number, step in enumerate(trace["steps"]):
        await asyncio.sleep((step["at_ns"] - world.loop.now_ns) / 1e9)
        take(world, pool, step, number, handles, tasks, acquire)
    await asyncio.sleep((trace["end_ns"] - world.loop.now_ns) / 1e9)
    return {
        # As it is now: whoever still waits is sent home afterwards.
        "log": list(world.log),
        "served": [user for _, user in pool._handles],
        "processes": sorted([p.user, p.port] for p in world.processes if p.alive),
    }


def take(world, pool, step, number, handles, tasks, acquire):
    kind = step["kind"]
    if kind == "acquire":
        tasks[number] = asyncio.ensure_future(acquire(number, step["user"]))
    elif kind == "release":
        if step["of"] in handles:
            pool.release(handles[step["of"]])
    elif kind == "hang_up":
        tasks[step["of"]].cancel()
    elif kind == "kill":
        if step["process"] < len(world.processes) and not world.processes[step["process"]].flushing:
            world.processes[step["process"]].alive = False
    elif kind == "squat":
        world.strangers ^= {step["port"]}
    elif kind == "close":
        tasks[number] = asyncio.ensure_future(pool.aclose())


def outcome(trace):
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    world = World(loop, trace)
    replace_the_outside(world)
    try:
        return loop.run_until_complete(play(world, trace))
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


# Failed flushes are part of the traces.
logging.disable(logging.WARNING)
PROJECT = "proj_test"
# The pool's clock gains this much on the loop's, as any two clocks differ: after exactly five seconds five seconds are over,
# whatever floating point makes of the sum.
A_LITTLE_FAST = 1 + 1e-12

for line in sys.stdin:
    print(json.dumps(outcome(json.loads(line))), flush=True)
