"""A generator is resumed by whoever holds it, on any thread."""

import threading


# ANCHOR: main
def listener():
    while True:
        got = yield
        print(f"got {got!r} on the thread {threading.current_thread().name}")


ears = listener()
next(ears)
ears.send(1)
next(ears)
worker = threading.Thread(target=ears.send, args=("hello",), name="worker")
worker.start()
worker.join()
# ANCHOR_END: main
