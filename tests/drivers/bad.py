"""Drivers that behave badly, each in the way its first argument names; and a few that behave, in ways worth a look."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time

from template import Client, Driver, Refused


class Bad(Driver):
    """Behaves; the others change one thing."""

    async def work(self) -> None:
        """What a recall does."""

    def __init__(self) -> None:
        client = Client()
        super().__init__(client)

        async def recall(**_) -> dict:
            await self.work()
            return {}

        client.recall = recall


class Newer(Bad):
    async def on_hello(self, **_) -> None:
        self.say(type="hello", protocol="busyhour.driver", version=2, speaks="something else")


class Stranger(Bad):
    async def on_hello(self, **_) -> None:
        self.say(type="hello", protocol="chess", version=1, max_in_flight=1)


class Idle(Bad):
    async def on_hello(self, **_) -> None:
        self.say(type="hello", protocol="busyhour.driver", version=1, name="idle", max_in_flight=0)


class Mute(Bad):
    async def on_hello(self, **_) -> None:
        print("nobody told me to speak", file=sys.stderr)


class Refusing(Bad):
    async def on_open(self, **_) -> None:
        self.say(type="refused", message="no licence for so many callers")


class Garbage(Bad):
    async def work(self) -> None:
        self.write(b"Traceback (most recent call last):\n")


class Dies(Bad):
    async def work(self) -> None:
        while len(self.operations) < 2:
            await asyncio.sleep(0.001)
        for number in range(30):
            print(f"dying, line {number}", file=sys.stderr)
        os._exit(3)


class Orphans(Bad):
    """Leaves a process in a session of its own, with its standard output."""

    async def work(self) -> None:
        subprocess.Popen(["sleep", "300"], start_new_session=True)
        subprocess.Popen(["sleep", "300"])
        os._exit(0)


class Founds(Bad):
    """Starts, before it says hello, processes in sessions of their own that mind no signal and no end of anything."""

    async def on_hello(self, **order) -> None:
        hardy = "trap '' HUP INT TERM; exec sleep 300"
        for script in (hardy, f"setsid sh -c \"{hardy}\" & exit"):
            nothing = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            subprocess.Popen(["sh", "-c", script], start_new_session=True, **nothing)
        await super().on_hello(**order)


class Unready(Founds):
    """Never gets its client built."""

    async def on_open(self, **_) -> None:
        pass


class Secretive(Founds):
    """Never says who it is."""

    def say(self, **word) -> None:
        if word["type"] != "hello":
            super().say(**word)


class Hangs(Bad):
    async def work(self) -> None:
        time.sleep(300)


class Swallows(Bad):
    """Goes on, never answers what it was asked, and thinks that it has."""

    def done(self, *_) -> None:
        pass


class Floods(Bad):
    async def work(self) -> None:
        while True:
            self.write(b"x" * 65536)


class Chatters(Bad):
    async def work(self) -> None:
        while True:
            print("y" * 65536, file=sys.stderr)
            self.say(type="done", id=0, started_ns=0, finished_ns=0)


class Invents(Bad):
    def done(self, id: int, *rest) -> None:
        super().done(id + 1_000_000, *rest)


class Repeats(Bad):
    def done(self, *word) -> None:
        super().done(*word)
        super().done(*word)


class Backwards(Bad):
    def done(self, id: int, started_ns: int, finished_ns: int, outcome: dict) -> None:
        super().done(id, finished_ns + 1, started_ns, outcome)


class Tomorrow(Bad):
    def done(self, id: int, started_ns: int, finished_ns: int, outcome: dict) -> None:
        super().done(id, started_ns + 86_400 * 10**9, finished_ns + 86_400 * 10**9, outcome)


class Forgets(Bad):
    """Answers a recall with nothing."""

    def done(self, id: int, started_ns: int, finished_ns: int, outcome: dict) -> None:
        super().done(id, started_ns, finished_ns, {})


class Hasty(Bad):
    async def on_hello(self, **order) -> None:
        await super().on_hello(**order)
        self.say(type="opened")


class Leaves(Bad):
    """Says goodbye, and owes an answer."""

    async def work(self) -> None:
        await asyncio.sleep(300)

    async def on_close(self, **_) -> None:
        self.say(type="closed")

    def done(self, *_) -> None:
        pass


class Deaf(Bad):
    async def work(self) -> None:
        os.close(self.words.fileno())
        await asyncio.sleep(300)


class Lingers(Bad):
    """Does not end when its standard input does."""

    async def serve(self) -> None:
        await super().serve()
        await asyncio.sleep(300)


class Narrow(Bad):
    """Takes on one operation at once, and fails where there are two."""

    async def on_hello(self, **_) -> None:
        self.say(type="hello", protocol="busyhour.driver", version=1, name="narrow", max_in_flight=1)

    async def work(self) -> None:
        if len(self.operations) > 1:
            os._exit(4)
        await asyncio.sleep(0.1)


class Yesterday(Bad):
    """Has a steady clock that began at another time."""

    def now_ns(self) -> int:
        return time.monotonic_ns() - 86_400 * 10**9


class Patient(Bad):
    """Answers a recall only when its caller has hung up."""

    async def work(self) -> None:
        await asyncio.sleep(300)


if __name__ == "__main__":
    kind = sys.argv[1].capitalize()
    asyncio.run(globals()[kind]().serve())
