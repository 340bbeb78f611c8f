"""The model that busyhour and its peers play, and how a peer reports what it played.

Turns arrive at random, 100 a second, from 10,000 callers whose popularity is Zipf's with slope 0.9. A turn needs the
caller's runtime: one of 64 slots, of which the least recently used idle one is emptied for another caller. A boot takes
250 ms, a search 10 ms; who asks during the boot of his own runtime waits for that one. A reaper looks every 30 s for
runtimes that were idle for 300 s. The share of turns that needed no boot is .2018, give or take .0015.

busyhour's turns are more than that: each saves, too, for which it asks the pool for its runtime a second time. A peer
that is told so does the same, with a save that takes no time.
"""

import json
import sys

RATE = 100.0
CALLERS = 10_000
SLOPE = 0.9
SLOTS = 64
BOOT_S = 0.25
SEARCH_S = 0.01
TTL_S = 300.0
REAPER_S = 30.0


def popularity():
    """Walker's alias table: for each caller the chance to stay with him, and whom to take otherwise."""
    weights = [(rank + 1) ** -SLOPE for rank in range(CALLERS)]
    total = sum(weights)
    scaled = [weight * CALLERS / total for weight in weights]
    stay, other = [1.0] * CALLERS, list(range(CALLERS))
    poor = [caller for caller in range(CALLERS) if scaled[caller] < 1.0]
    rich = [caller for caller in range(CALLERS) if scaled[caller] >= 1.0]
    while poor and rich:
        low, high = poor.pop(), rich[-1]
        stay[low], other[low] = scaled[low], high
        scaled[high] -= 1.0 - scaled[low]
        if scaled[high] < 1.0:
            poor.append(rich.pop())
    return stay, other


def turns_wanted():
    """How many turns to play: the first argument."""
    return int(sys.argv[1])


def saves():
    """Whether turns save: if there is a second argument, it says so."""
    return sys.argv[2:] == ["saves"]


def report(turns, boots, refused, seconds):
    """One line of JSON on standard output."""
    print(json.dumps({"turns": turns, "boots": boots, "refused": refused, "seconds": seconds}))
