"""A function that pauses: it gives a mean out, and takes the next number in."""


# ANCHOR: main
def running_mean():
    print("    it begins")
    mean, total, count = None, 0, 0
    while (number := (yield mean)) is not None:
        print("    it has got", number)
        total, count = total + number, count + 1
        mean = total / count
    return f"{count} numbers"


means = running_mean()
print("made")
print("next:", next(means))
print("send 10:", means.send(10))
print("send 20:", means.send(20))
try:
    means.send(None)
except StopIteration as end:
    print("returned:", end.value)
# ANCHOR_END: main
