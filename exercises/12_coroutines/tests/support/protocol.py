"""The programs of exercise 12.3: what they print here, they print in Rust as well."""


class Oops(Exception):
    """An error of these programs."""


def say(line):
    print("    | " + line)


def drive(title, make, *calls):
    """Calls a generator. Each call is a line, with what it has come to."""
    print(title)
    generator = make()
    for name, *arguments in calls:
        print(f"  {name}({', '.join(map(str, arguments))}):")
        try:
            if name == "next":
                print(f"    yields {next(generator)}")
            elif name == "send":
                print(f"    yields {generator.send(*arguments)}")
            elif name == "throw":
                print(f"    yields {generator.throw(Oops(*arguments))}")
            elif name == "close":
                generator.close()
                print("    is closed")
            else:
                del generator  # The last reference: it is gone now.
                print("    is gone")
        except StopIteration as end:
            print("    has ended" if end.value is None else f"    returns {end.value}")
        except Oops as error:
            print(f"    raises Oops: {error}")
        except (TypeError, ValueError, RuntimeError, GeneratorExit) as error:
            print(f"    raises {type(error).__name__}")


def countdown():
    number = 2
    while number > 0:
        yield number
        number -= 1
    return 100


drive("a countdown", countdown, ["next"], ["next"], ["next"], ["next"], ["next"])


def tenfold():
    say("begins")
    got = yield 0
    while got is not None:
        say(f"got {got}")
        got = yield 10 * got
    say("got nothing")
    return -1


drive("a fresh one is sent a value", tenfold, ["send", 7], ["send", 8], ["next"], ["next"])
drive("values are sent", tenfold, ["next"], ["send", 7], ["send", 8], ["next"], ["send", 9], ["next"])


def adder():
    total = 0
    while total < 100:
        got = yield total
        total += 1 if got is None else got
    return total


drive(
    "values and no values", adder,
    ["next"], ["send", 10], ["next"], ["next"], ["send", 5], ["next"], ["send", 100], ["next"],
)


def stubborn():
    for number in range(3):
        try:
            yield number
            say("was not disturbed")
        except Oops as error:
            say(f"caught {error}")
    return 5


drive(
    "a throw is caught", stubborn,
    ["next"], ["throw", "one"], ["next"], ["throw", "two"], ["next"],
)


def careful():
    say("begins")
    try:
        yield 1
        yield 2
    finally:
        say("cleans up")
    return 3


drive("a throw is not caught", careful, ["next"], ["throw", "fire"], ["next"], ["throw", "late"], ["next"])
drive("a fresh one is thrown an error", careful, ["throw", "early"], ["next"], ["close"])


def translator():
    yield 1
    try:
        yield 2
    except Oops as error:
        raise Oops(f"not {error}")


drive("it raises what it likes", translator, ["next"], ["next"], ["throw", "this"], ["next"])


def bomb():
    yield 1
    raise Oops("own")


drive("it raises by itself", bomb, ["next"], ["next"], ["next"], ["send", 1])

drive("it is closed", careful, ["next"], ["close"], ["next"], ["close"], ["throw", "late"])
drive("a fresh one is closed", careful, ["close"], ["next"], ["send", 1], ["close"])


def polite():
    try:
        yield 1
    except GeneratorExit:
        say("returns instead")
        return 7


drive("it returns when it is closed", polite, ["next"], ["close"], ["next"])


def deaf():
    try:
        yield 1
    except GeneratorExit:
        say("does not want to")
    got = yield 2
    say(f"got {got}")
    return got


drive("it does not end when it is closed", deaf, ["next"], ["close"], ["send", 9], ["next"])


def clumsy():
    try:
        yield 1
    finally:
        say("drops a cup")
        raise Oops("broken")


drive("it fails when it is closed", clumsy, ["next"], ["close"], ["next"])


def quitter():
    yield 1
    raise GeneratorExit


drive("it ends as if it were closed", quitter, ["next"], ["next"], ["next"])

drive("it is dropped", careful, ["next"], ["drop"])
drive("a fresh one is dropped", careful, ["drop"])
drive("one that has ended is dropped", careful, ["next"], ["throw", "fire"], ["drop"])
drive("it returns when it is dropped", polite, ["next"], ["drop"])


def selfish():
    for call in [
        lambda: next(own[0]),
        lambda: own[0].send(1),
        lambda: own[0].throw(Oops("me")),
        lambda: own[0].close(),
    ]:
        try:
            call()
        except ValueError:
            say("ValueError")
    got = yield 1
    return got


own = [selfish()]
drive("it calls itself", lambda: own[0], ["next"], ["send", 4], ["next"])


def snake():
    try:
        yield from tail[0]
    except ValueError:
        say("ValueError")
    return 2


tail = [snake()]
drive("it delegates to itself", lambda: tail[0], ["next"], ["next"])


def twice(name):
    say(f"{name} begins")
    try:
        got = yield 1
        say(f"{name} got {got or 'nothing'}")
        got = yield 2
        say(f"{name} got {got or 'nothing'}")
    except Oops as error:
        say(f"{name} caught {error}")
        yield 3
    finally:
        say(f"{name} cleans up")
    return 30


def outer():
    result = yield from twice("the inner")
    say(f"the outer got {result}")
    yield 4
    return 5


drive("it delegates", outer, ["next"], ["send", 10], ["next"], ["next"], ["next"])
drive("the inner catches", outer, ["next"], ["throw", "one"], ["next"], ["throw", "two"], ["next"])
drive("the inner does not catch", outer, ["next"], ["throw", "one"], ["throw", "two"], ["next"])


def guard():
    try:
        yield from bomb()
    except Oops as error:
        say(f"the outer caught {error}")
    try:
        return (yield from outer())
    finally:
        say("the outer cleans up")


drive("the outer catches", guard, ["next"], ["next"], ["send", 8], ["next"], ["throw", "three"], ["next"])
drive("both are closed", guard, ["next"], ["next"], ["close"], ["next"])


def wall():
    try:
        yield from deaf()
    finally:
        say("the outer cleans up")


drive("the inner does not end when both are closed", wall, ["next"], ["close"], ["next"])


def cupboard():
    try:
        yield from clumsy()
    finally:
        say("the outer cleans up")


drive("the inner fails when both are closed", cupboard, ["next"], ["close"], ["next"])


def patient():
    result = yield from stubborn()
    say(f"the outer got {result}")
    yield 6
    return 7


drive(
    "the inner returns when it is thrown an error", patient,
    ["next"], ["next"], ["throw", "one"], ["throw", "two"], ["next"], ["next"],
)


def cuckoo():
    def caller():
        try:
            next(nest[0])
        except ValueError:
            say("ValueError")
        yield 1

    yield from caller()
    return 2


nest = [cuckoo()]
drive("the inner calls the outer", lambda: nest[0], ["next"], ["next"])


def half():
    inner = adder()
    next(inner)
    inner.send(40)
    return (yield from inner)


drive("the inner has begun before", half, ["next"], ["send", 60])


def tally():
    lines = 0
    try:
        while True:
            yield lines
            lines += 1
    finally:
        say(f"{lines} lines")


def grep(pattern, target):
    next(target)
    try:
        while True:
            line = yield
            if pattern in line:
                target.send(line)
    finally:
        target.close()


def numbered(last):
    for number in range(last):
        yield f"line {number}"


print("a pipeline")
lines = grep("7", tally())
next(lines)
for line in numbered(10_000):
    lines.send(line)
lines.close()
