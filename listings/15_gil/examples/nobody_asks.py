"""Two threads take turns. With a long switch interval, the one that waits does not ask."""

import sys
import threading


# ANCHOR: main
def switches(interval):
    sys.setswitchinterval(interval)
    seen = []
    both = threading.Barrier(2)

    def compute(me):
        both.wait()
        for _ in range(ROUNDS):
            if not seen or seen[-1] != me:
                seen.append(me)

    threads = [threading.Thread(target=compute, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(seen) - 1


ROUNDS = 1_000_000
print("asked after an hour:", switches(3600.0), "switch")
print("asked after 0.1 ms: more than three switches:", switches(0.0001) > 3)
# ANCHOR_END: main
