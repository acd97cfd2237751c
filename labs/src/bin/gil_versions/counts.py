"""Counts how often two threads take turns, and the updates of x that get lost."""

from __future__ import print_function

import ctypes
import sys
import threading

ROUNDS = 200000
x = 0


def one():
    return 1


def add_a_constant():
    global x
    for _ in range(ROUNDS):
        x += 1


def add_a_call():
    global x
    for _ in range(ROUNDS):
        x += one()


def in_threads(count, target):
    threads = [threading.Thread(target=target) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def lost(target):
    global x
    x = 0
    in_threads(4, target)
    return 4 * ROUNDS - x


def releases():
    """How often this thread has let go of the lock at a tick: `tick_counter` of 2.7's PyThreadState."""
    state = ctypes.pythonapi.PyThreadState_Get
    state.restype = ctypes.c_void_p
    return ctypes.c_int.from_address(state() + 128).value


def switches(let_go=None):
    seen = []
    go = threading.Event()

    def compute():
        me = threading.current_thread()
        go.wait()
        before = releases() if let_go is not None else 0
        for _ in range(5 * ROUNDS):
            if not seen or seen[-1] != me:
                seen.append(me)
        if let_go is not None:
            let_go.append(releases() - before)

    threads = [threading.Thread(target=compute) for _ in range(2)]
    for thread in threads:
        thread.start()
    go.set()
    for thread in threads:
        thread.join()
    return len(seen) - 1


def set_interval(ticks, seconds):
    if sys.version_info[0] == 2:
        sys.setcheckinterval(ticks)
    else:
        sys.setswitchinterval(seconds)


set_interval(2000000000, 3600.0)
print("turns, the longest interval: %d" % switches())
set_interval(100, 0.0001)
if sys.version_info[0] == 2 and sys.maxsize > 2**32:
    let_go = []
    print("turns, a short one: %d" % switches(let_go))
    print("releases: %d" % min(let_go))
else:
    print("turns, a short one: %d" % switches())
set_interval(100, 0.00001)
print("x += 1: %d" % lost(add_a_constant))
print("x += one(): %d" % lost(add_a_call))
