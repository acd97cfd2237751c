"""Counts the updates of x that get lost."""

from __future__ import print_function

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


if hasattr(sys, "setswitchinterval"):
    sys.setswitchinterval(0.00001)
print("x += 1: %d" % lost(add_a_constant))
print("x += one(): %d" % lost(add_a_call))
