"""Who else runs during one operation? A thread beats like a heart, and we count."""

import hashlib, random, re, subprocess, sys, threading, time

numbers_up_to = range if sys.version_info[0] > 2 else xrange
numbers = [random.random() for _ in range(80000)]
text, beats = b"x" * (160 << 20), 0


# ANCHOR: main
def heart():
    global beats
    while True:
        time.sleep(0.005)
        beats += 1


def beats_during(operation):
    before = beats
    operation()
    return beats - before


in_a_child = [sys.executable, "-c", "sum(range(6000000))"]
OPERATIONS = [
    ("sum(range(..))", lambda: sum(numbers_up_to(3000000))),
    ("sorted(..)", lambda: sorted(numbers)),
    ("re.match(..)", lambda: re.match("(a?){18}a{18}", "a" * 18)),
    ("a loop", lambda: [None for _ in numbers_up_to(10000000)]),
    ("sha256(..)", lambda: hashlib.sha256(text)),
    ("sleep(..)", lambda: time.sleep(0.3)),
    ("a child's sum(range(..))", lambda: subprocess.call(in_a_child)),
]
thread = threading.Thread(target=heart)
thread.daemon = True
thread.start()
for name, operation in OPERATIONS:
    least = min(beats_during(operation) for _ in range(3))
    seen = "the heart beats" if least > 3 else "nobody else runs"
    print("%s: %s" % (name, least if sys.argv[1:] == ["--count"] else seen))
# ANCHOR_END: main
