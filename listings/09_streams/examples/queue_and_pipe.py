"""What Python's Pipe and Queue are made of."""

import multiprocessing
import os
import threading


def made_of(connection):
    return os.readlink(f"/proc/self/fd/{connection.fileno()}").split(":")[0]


if __name__ == "__main__":
    print("Pipe():", [made_of(end) for end in multiprocessing.Pipe()])
    print("Pipe(duplex=False):", [made_of(end) for end in multiprocessing.Pipe(duplex=False)])

    queue = multiprocessing.Queue()
    print("Queue():", made_of(queue._reader))
    print("threads:", [thread.name for thread in threading.enumerate()])
    queue.put({"any": "object"})
    print("threads after a put:", [thread.name for thread in threading.enumerate()])
    print("got:", queue.get())
    print("is there a Pipes?", hasattr(multiprocessing, "Pipes"))
    queue.close()
    queue.join_thread()
