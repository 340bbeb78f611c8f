"""The model in Cimba: compiled by numba, played by a C engine.

Turns arrive by a process. What takes a fixed time ends in the order in which it began, so a ring of the slots concerned
says whose boot or search an event ends.
"""

import sys
import time

import cimba as cb
import numpy as np
from cimba import random

import model

RATE, CALLERS, SLOTS = model.RATE, model.CALLERS, model.SLOTS
BOOT_S, SEARCH_S, TTL_S, REAPER_S = model.BOOT_S, model.SEARCH_S, model.TTL_S, model.REAPER_S
SAVES = model.saves()
STAY, OTHER = (np.array(column) for column in model.popularity())
# More than can be under way at once.
RING = 4096
NONE = -1
# The head of the ring of idle slots.
HEAD = SLOTS


class Pool(cb.Model):
    """Slots, each with its caller; `older` and `newer` link the idle ones in the order of their last use."""

    turns: cb.Output[int]
    boots: cb.Output[int]
    refused: cb.Output[int]
    slot_of: cb.Array[int] = cb.Array([NONE] * CALLERS)
    caller_of: cb.Array[int] = cb.Array([NONE] * SLOTS)
    booting: cb.Array[bool] = cb.Array([False] * SLOTS)
    leases: cb.Array[int] = cb.Array([0] * SLOTS)
    idle_since: cb.Array[float] = cb.Array([0.0] * SLOTS)
    older: cb.Array[int] = cb.Array([HEAD] * (SLOTS + 1))
    newer: cb.Array[int] = cb.Array([HEAD] * (SLOTS + 1))
    free: cb.Array[int] = cb.Array(list(range(SLOTS)))
    free_slots: int = SLOTS
    boot_ring: cb.Array[int] = cb.Array(RING)
    boots_begun: int = 0
    boots_ended: int = 0
    search_ring: cb.Array[int] = cb.Array(RING)
    searches_begun: int = 0
    searches_ended: int = 0
    save_ring: cb.Array[int] = cb.Array(RING)
    saves_begun: int = 0
    saves_ended: int = 0

    @cb.process
    def arrivals(self):
        """Turns at random times, of random callers."""
        while True:
            cb.hold(random.exponential(1.0 / RATE))
            place = random.uniform(0.0, 1.0) * CALLERS
            column = int(place)
            caller = column if place - column < STAY[column] else OTHER[column]
            self.turn(caller)

    @cb.function
    def turn(self, caller: int) -> None:
        """One turn of `caller`."""
        self.turns += 1
        slot = self.slot_of[caller]
        if slot == NONE:
            slot = self.empty_slot()
            if slot == NONE:
                self.refused += 1
                return
            self.boots += 1
            self.slot_of[caller] = slot
            self.caller_of[slot] = caller
            self.booting[slot] = True
            self.leases[slot] = 1
            self.boot_ring[self.boots_begun % RING] = slot
            self.boots_begun += 1
            cb.schedule(self.boot_ends, BOOT_S)
            return
        if self.leases[slot] == 0:
            self.unlink(slot)
        self.leases[slot] += 1
        if not self.booting[slot]:
            self.search(slot)

    @cb.function
    def empty_slot(self) -> int:
        """A free slot, or that of the least recently used idle runtime."""
        if self.free_slots > 0:
            self.free_slots -= 1
            return self.free[self.free_slots]
        victim = self.newer[HEAD]
        if victim == HEAD:
            return NONE
        self.unlink(victim)
        self.slot_of[self.caller_of[victim]] = NONE
        return victim

    @cb.function
    def search(self, slot: int) -> None:
        """A search begins."""
        self.search_ring[self.searches_begun % RING] = slot
        self.searches_begun += 1
        cb.schedule(self.search_ends, SEARCH_S)

    @cb.event
    def boot_ends(self):
        """All who waited for the boot search."""
        slot = self.boot_ring[self.boots_ended % RING]
        self.boots_ended += 1
        self.booting[slot] = False
        for _ in range(self.leases[slot]):
            self.search(slot)

    @cb.event
    def search_ends(self):
        """The lease is given back. Whoever saves asks for another."""
        slot = self.search_ring[self.searches_ended % RING]
        self.searches_ended += 1
        self.give_back(slot)
        if SAVES:
            self.save(self.caller_of[slot])

    @cb.function
    def save(self, caller: int) -> None:
        """A save begins, on the runtime that has just been given back."""
        slot = self.slot_of[caller]
        if self.leases[slot] == 0:
            self.unlink(slot)
        self.leases[slot] += 1
        self.save_ring[self.saves_begun % RING] = slot
        self.saves_begun += 1
        cb.schedule(self.save_ends, 0.0)

    @cb.event
    def save_ends(self):
        """The lease is given back."""
        slot = self.save_ring[self.saves_ended % RING]
        self.saves_ended += 1
        self.give_back(slot)

    @cb.function
    def give_back(self, slot: int) -> None:
        """A lease is given back; the last one leaves an idle runtime."""
        self.leases[slot] -= 1
        if self.leases[slot] == 0:
            self.idle_since[slot] = cb.now()
            last = self.older[HEAD]
            self.older[slot] = last
            self.newer[slot] = HEAD
            self.newer[last] = slot
            self.older[HEAD] = slot

    @cb.function
    def unlink(self, slot: int) -> None:
        """The slot is not idle any more."""
        older = self.older[slot]
        newer = self.newer[slot]
        self.newer[older] = newer
        self.older[newer] = older

    @cb.process
    def reaper(self):
        """Takes runtimes that were idle for too long."""
        while True:
            cb.hold(REAPER_S)
            slot = self.newer[HEAD]
            while slot != HEAD and self.idle_since[slot] + TTL_S <= cb.now():
                self.unlink(slot)
                self.slot_of[self.caller_of[slot]] = NONE
                self.free[self.free_slots] = slot
                self.free_slots += 1
                slot = self.newer[HEAD]


def play(turns):
    """The results, and how long they took."""
    pool = Pool()
    experiment = cb.Experiment(pool, window=cb.Window(duration=turns / RATE), seed=1)
    began = time.process_time()
    results = experiment.run(workers=1)
    seconds = time.process_time() - began
    if results.failed.any():
        sys.exit("the trial failed")
    return results[pool], seconds


def main():
    """Plays as many turns as the argument says; compiling is not timed."""
    play(1_000)
    played, seconds = play(model.turns_wanted())
    figure = lambda output: int(output.values.flat[0])
    model.report(figure(played.turns), figure(played.boots), figure(played.refused), seconds)


main()
