"""Two threads add 1 to x. Both have read x before either writes it."""

import dis
import threading


# ANCHOR: main
x = 0
both_have_read = threading.Barrier(2)


def one():
    both_have_read.wait()
    return 1


def add():
    global x
    x += one()


adders = [threading.Thread(target=add) for _ in range(2)]
for adder in adders:
    adder.start()
for adder in adders:
    adder.join()
print("two threads have added 1, and x is", x)

steps = [step.opname for step in dis.get_instructions(add)]
between = steps[steps.index("LOAD_GLOBAL") + 1 : steps.index("STORE_GLOBAL")]
print("between its load and its store is a call:", any("CALL" in step for step in between))
# ANCHOR_END: main
