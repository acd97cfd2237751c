"""The four calls of a generator, in its states."""


# ANCHOR: main
class Fire(Exception):
    pass


def worker():
    try:
        got = yield "first"
        print("    got", got)
        yield "second"
    except Fire:
        print("    caught Fire")
        yield "third"
    finally:
        print("    cleans up")
    return "done"


def attempt(what, call, *arguments):
    try:
        print(what, "->", call(*arguments))
    except BaseException as error:
        print(what, "-> raises", type(error).__name__, *error.args)


one, two, three = worker(), worker(), worker()
attempt("fresh, send(5)", one.send, 5)
attempt("fresh, next", next, one)
attempt("paused, send(5)", one.send, 5)
attempt("paused, next", next, one)
attempt("ended, next", next, one)
attempt("fresh, throw(Fire)", two.throw, Fire)
attempt("fresh, close", worker().close)
next(three)
attempt("paused, throw(Fire)", three.throw, Fire)
attempt("paused, close", three.close)
attempt("ended, throw(Fire)", three.throw, Fire)
# ANCHOR_END: main
