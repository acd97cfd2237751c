"""The process that runs a script runs the interpreter; the script is an argument."""
import os

program = os.readlink("/proc/self/exe")
print("this script is the program:", os.path.samefile(program, __file__))
print("Python is the program:     ", os.path.basename(program).startswith("python"))

with open("/proc/self/cmdline", "rb") as file:
    last = file.read().removesuffix(b"\0").rpartition(b"\0")[2]
print("the last argument:         ", os.path.basename(last.decode()))
