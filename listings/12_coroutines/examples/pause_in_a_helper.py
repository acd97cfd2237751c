"""Who pauses when a helper yields? Not who has called it."""


# ANCHOR: main
def helper():
    yield "from the helper"


def calls_it():
    helper()
    yield "from the caller"


def delegates_to_it():
    yield from helper()
    yield "from the caller"


print(list(calls_it()))
print(list(delegates_to_it()))
# ANCHOR_END: main
