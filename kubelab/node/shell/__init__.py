"""A little POSIX shell: what a script writes, how long it takes, which files it makes, and how it ends.

A script is read once, into a list of steps (`grammar`). A `Machine` goes through them and stops wherever time has to
pass, so that whoever drives it decides what that means: the kubelet thinks a script through before it begins
(`foresight`), a program that asks the network lives on the clock, and `kubectl exec` does not wait at all.

In Kubernetes
    Nothing of it: `command: ["sh", "-c", …]` starts the shell of the image.

Left out
    Globs, jobs (what runs with `&` takes no time), folders that `cd` does not find, what a subshell keeps to itself.
"""

from kubelab.node.shell.durations import FOREVER, seconds_of
from kubelab.node.shell.foresight import DATE, Diary, Foreseen, foreseen
from kubelab.node.shell.machine import Machine
from kubelab.node.shell.world import Done, World

__all__ = ["DATE", "FOREVER", "Diary", "Done", "Foreseen", "Machine", "World", "foreseen", "seconds_of"]
