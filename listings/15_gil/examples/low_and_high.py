"""The module of the notes has another name today, and a thread that it starts is nobody's."""

import _thread
import threading


# ANCHOR: main
def say_who_is_known(done):
    names = [thread.name for thread in threading.enumerate()]
    print("threads that threading knows:", names)
    done.release()


try:
    import thread
except ImportError as error:
    print(error)
print("one function under two names:", threading.get_ident is _thread.get_ident)

done = _thread.allocate_lock()
done.acquire()
_thread.start_new_thread(say_who_is_known, (done,))
done.acquire()  # There is no join.
# ANCHOR_END: main
