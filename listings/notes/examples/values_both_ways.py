"""A coroutine gives values out, takes values in, and returns one."""


# ANCHOR: main
def adder():
    total = 0
    while (number := (yield total)) is not None:
        total += number
    return f"{total} in all"


coroutine = adder()
print("it gives out", next(coroutine))
print("it takes 3 and gives out", coroutine.send(3))
print("it takes 4 and gives out", coroutine.send(4))
try:
    coroutine.send(None)
except StopIteration as end:
    print("it returns:", end.value)
# ANCHOR_END: main
