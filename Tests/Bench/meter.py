"""What a process tree costs: CPU time in seconds and memory in bytes, read from the kernel."""

import os
import time


def tree(root):
    """The process and all its living descendants."""
    children = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat") as file:
                after_name = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(after_name[1]), []).append(int(name))
    found, queue = [], [root]
    while queue:
        pid = queue.pop()
        found.append(pid)
        queue += children.get(pid, [])
    return found


def process_cpu(pid):
    """utime + stime of all threads, ended ones too, at the kernel's own precision.

    The same sum that /proc/PID/stat shows in ticks of 10 ms; clock_getcpuclockid(3) spells the clock's number so.
    """
    return time.clock_gettime((~pid << 3) | 2)


class Meter:
    """Adds up a tree over time; what a helper used before it ended stays counted."""

    def __init__(self, root):
        self.root = root
        self.seen = {}

    def cpu(self):
        for pid in tree(self.root):
            try:
                self.seen[pid] = process_cpu(pid)
            except OSError:
                pass
        return sum(self.seen.values())

    def memory(self):
        """(RSS, PSS) of the tree: PSS counts what its processes share once."""
        rss = pss = 0
        for pid in tree(self.root):
            try:
                with open(f"/proc/{pid}/smaps_rollup") as file:
                    for line in file:
                        if line.startswith("Rss:"):
                            rss += int(line.split()[1]) * 1024
                        elif line.startswith("Pss:"):
                            pss += int(line.split()[1]) * 1024
            except OSError:
                pass
        return rss, pss
