"""Makes memory and semaphores of five kinds, kills who uses them, and looks at what is left."""
import ctypes, mmap, os, signal, subprocess
from os import O_CREAT, O_EXCL, O_RDWR
C = ctypes.CDLL(None)
C.sem_open.restype = ctypes.c_void_p
NAME = f"/what_stays-{os.getpid()}".encode()
FILES = {"`shm_open`": b"/dev/shm" + NAME, "`sem_open`": b"/dev/shm/sem." + NAME[1:]}
def in_child(work):
    if not (child := os.fork()):
        os._exit(work() or 0)
    os.waitpid(child, 0)
def row(kind):
    file, fd, sem, room = FILES.get(kind), -1, None, "as mapped"
    if kind == "`shm_open`":
        fd = C.shm_open(NAME, O_CREAT | O_EXCL | O_RDWR, 0o600)
    elif kind in ("`memfd_create`", "`sem_init`"):  # Such a semaphore lies in any shared memory.
        fd = os.memfd_create("memory")
    if fd >= 0:
        room = f"{os.fstat(fd).st_size} bytes, then `ftruncate`"
        os.ftruncate(fd, 4096)
    memory = mmap.mmap(fd, 4096)  # MAP_SHARED
    if "sem" in kind:
        room = f"{os.sysconf('SC_SEM_VALUE_MAX')} permits"
        sem = ctypes.c_void_p(ctypes.addressof(ctypes.c_char.from_buffer(memory)))
        C.sem_init(sem, 1, 1)
    if kind == "`sem_open`":
        sem = ctypes.c_void_p(C.sem_open(NAME, O_CREAT | O_EXCL, 0o600, 1))
    write = lambda text: memory.seek(0) or memory.write(text)
    take = lambda: C.sem_trywait(sem) if sem else (write(b"one"), write(b"two"))
    in_child(lambda: (take(), os.kill(os.getpid(), signal.SIGKILL)))
    left = ("a permit", "no permit")[take()] if sem else f"its `{memory[:3].decode()}`"
    fd = os.open(file, os.O_RDONLY) if file else fd  # `wc` was not forked with the memory.
    seen = fd >= 0 and subprocess.check_output(["wc", "-c"], stdin=fd) != b"0\n"
    by = "its name" if seen and file else "its descriptor" if seen else "`fork` alone"
    mode = f"{os.stat(file).st_mode & 0o777:o}" if file else "none"
    print(f"| {kind} | {by} | {mode} | {room} | {left} ", end="", flush=True)
print("| made by | reached by | mode | room | after a kill | in the end |\n" + "|---" * 6 + "|")
for kind in ["`mmap`", "`memfd_create`", "`shm_open`", "`sem_init`", "`sem_open`"]:
    in_child(lambda: row(kind))
    print("| its file |" if (file := FILES.get(kind)) and not os.unlink(file) else "| nothing |")
