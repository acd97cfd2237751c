"""Two counters, as tasks of asyncio; and what a coroutine is without it."""

import asyncio


# ANCHOR: main
async def count(name):
    total = 0
    for n in range(1, 4):
        print(name, n)
        total += n
        await asyncio.sleep(0)
    return total


async def both():
    print("sum", sum(await asyncio.gather(count("a"), count("b"))))


async def answer():
    return 42


asyncio.run(both())
by_hand = answer()
print(type(by_hand), hasattr(by_hand, "__next__"))
try:
    by_hand.send(None)
except StopIteration as end:
    print("returned:", end.value)
# ANCHOR_END: main
