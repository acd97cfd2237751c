"""A second interpreter in this process computes. Does a thread of the first one run?"""

import sys
import threading
import time

try:
    import _interpreters as interpreters  # 3.13 and later
except ImportError:
    import _xxsubinterpreters as interpreters  # 3.8 to 3.12

beats = 0


# ANCHOR: main
def heart():
    global beats
    while True:
        time.sleep(0.005)
        beats += 1


def beats_beside_a_busy_interpreter():
    before = beats
    interpreters.run_string(second, "sum(range(6_000_000))")
    return beats - before


second = interpreters.create()
threading.Thread(target=heart, daemon=True).start()
least = min(beats_beside_a_busy_interpreter() for _ in range(3))
interpreters.destroy(second)
if sys.argv[1:] == ["--count"]:
    print("second interpreter:", least)
else:
    has_its_own = sys.version_info >= (3, 12)
    print("the heart beats from 3.12 on, and not before:", (least > 3) == has_its_own)
# ANCHOR_END: main
