"""The model in SimPy: a process for each turn, an event for each boot that others may wait for."""

import random
import time
from collections import OrderedDict

import simpy

import model

SAVES = model.saves()


class Runtime:
    """A caller's runtime, from its spawn until its slot is given to another."""

    __slots__ = ("ready", "leases", "idle_since")

    def __init__(self, ready):
        self.ready = ready
        self.leases = 0
        self.idle_since = 0.0


class Pool:
    """The slots, and the idle runtimes among them, least recently used first."""

    def __init__(self, environment):
        self.environment = environment
        self.runtimes = {}
        self.idle = OrderedDict()
        self.turns = self.boots = self.refused = 0

    def turn(self, caller):
        """A process: one turn of `caller`."""
        environment = self.environment
        self.turns += 1
        runtime = self.runtimes.get(caller)
        if runtime is None:
            runtime = self.spawn(caller)
            if runtime is None:
                self.refused += 1
                return
            runtime.leases = 1
            yield environment.timeout(model.BOOT_S)
            runtime.ready.succeed()
            runtime.ready = None
        else:
            if runtime.leases == 0:
                del self.idle[caller]
            runtime.leases += 1
            if runtime.ready is not None:
                yield runtime.ready
        yield environment.timeout(model.SEARCH_S)
        self.give_back(caller, runtime)
        if SAVES:
            runtime = self.runtimes[caller]
            if runtime.leases == 0:
                del self.idle[caller]
            runtime.leases += 1
            yield environment.timeout(0.0)
            self.give_back(caller, runtime)

    def give_back(self, caller, runtime):
        """A lease is given back; the last one leaves an idle runtime."""
        runtime.leases -= 1
        if runtime.leases == 0:
            runtime.idle_since = self.environment.now
            self.idle[caller] = runtime

    def spawn(self, caller):
        """A booting runtime, in the place of the least recently used idle one where all slots are taken."""
        if len(self.runtimes) == model.SLOTS:
            if not self.idle:
                return None
            victim, _ = self.idle.popitem(last=False)
            del self.runtimes[victim]
        self.boots += 1
        runtime = self.runtimes[caller] = Runtime(self.environment.event())
        return runtime

    def reaper(self):
        """A process: takes runtimes that were idle for too long."""
        while True:
            yield self.environment.timeout(model.REAPER_S)
            while self.idle:
                caller, runtime = next(iter(self.idle.items()))
                if runtime.idle_since + model.TTL_S > self.environment.now:
                    break
                del self.idle[caller], self.runtimes[caller]


def arrivals(environment, pool, turns):
    """A process: turns at random times, of random callers."""
    stay, other = model.popularity()
    draw, gap = random.random, random.expovariate
    for _ in range(turns):
        yield environment.timeout(gap(model.RATE))
        place = draw() * model.CALLERS
        column = int(place)
        caller = column if place - column < stay[column] else other[column]
        environment.process(pool.turn(caller))


def main():
    """Plays as many turns as the argument says."""
    turns = model.turns_wanted()
    random.seed(1)
    environment = simpy.Environment()
    pool = Pool(environment)
    environment.process(pool.reaper())
    began = time.process_time()
    environment.process(arrivals(environment, pool, turns))
    environment.run(until=turns / model.RATE)
    model.report(pool.turns, pool.boots, pool.refused, time.process_time() - began)


main()
