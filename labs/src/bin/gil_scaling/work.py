"""Works for the lab gil_scaling: each line of its input asks for a batch, and a line answers."""

import hashlib
import os
import resource
import signal
import socket
import sys
import threading
import time

BLOCK = bytes(range(256)) * 4096
LONGEST_BATCH_S = 60
MOST_WORKERS = 2


def countdown(amount, wire):
    left = amount
    while left > 0:
        left -= 1
    return amount - left


def sha256(amount, wire):
    words = 0
    for _ in range(amount):
        words += int.from_bytes(hashlib.sha256(BLOCK).digest()[:8], "little")
    return words


def sleep(amount, wire):
    for _ in range(amount):
        time.sleep(NAP_S)
    return amount


def socket_wait(amount, wire):
    answers = 0
    for _ in range(amount):
        wire.sendall(b"\x06")
        answers += wire.recv(1)[0]
    return answers


def in_threads(work, shares):
    results = [0] * len(shares)

    def one(index):
        results[index] = work(shares[index], WIRES[index])

    threads = [threading.Thread(target=one, args=(index,)) for index in range(len(shares))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(results)


def in_processes(work, shares):
    children = []
    for share, wire in zip(shares, WIRES):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            signal.alarm(LONGEST_BATCH_S)
            os.write(writer, b"%d" % work(share, wire))
            os._exit(0)
        os.close(writer)
        children.append((child, reader))
    total = 0
    for child, reader in children:
        total += int(os.read(reader, 100))
        os.close(reader)
        os.waitpid(child, 0)
    return total


def partner():
    """A process that answers each byte after a nap, until the other end of its socket is closed."""
    ours, theirs = socket.socketpair()
    if os.fork() != 0:
        theirs.close()
        return ours
    for wire in WIRES + [ours]:
        wire.close()
    try:
        for byte in iter(lambda: theirs.recv(1), b""):
            time.sleep(NAP_S)
            theirs.sendall(bytes([byte[0] + 1]))
    finally:
        os._exit(0)


def processor_time():
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


signal.signal(signal.SIGINT, signal.SIG_DFL)
NAP_S = float(sys.argv[1])
WIRES = []
while len(WIRES) < MOST_WORKERS:
    WIRES.append(partner())
KINDS = {"countdown": countdown, "sha256": sha256, "sleep": sleep, "socket": socket_wait}
WORKERS = {"threads": in_threads, "processes": in_processes}
for line in iter(sys.stdin.readline, ""):
    kind, workers, count, amount = line.split()
    shares = [int(amount) // int(count)] * int(count)
    signal.alarm(LONGEST_BATCH_S)
    cpu, start = processor_time(), time.perf_counter()
    result = WORKERS[workers](KINDS[kind], shares)
    wall, cpu = time.perf_counter() - start, processor_time() - cpu
    signal.alarm(0)
    print("%d %d %d" % (wall * 1e9, cpu * 1e9, result % 2**64), flush=True)
