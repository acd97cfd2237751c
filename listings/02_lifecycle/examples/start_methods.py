"""What a child process sees of a variable that its parent has changed."""

import multiprocessing

message = "as the module was written"


def child(method):
    print(f"{method}: {message}", flush=True)


if __name__ == "__main__":
    message = "as the parent changed it"
    for method in ("fork", "spawn"):
        context = multiprocessing.get_context(method)
        process = context.Process(target=child, args=(method,))
        process.start()
        process.join()
        print(f"{method}: exit code {process.exitcode}", flush=True)
