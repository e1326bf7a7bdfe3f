#!/usr/bin/env python3
"""All tests of the command line; tests/cli/run calls it. Prints "ok cli-NAME" or "FAIL cli-NAME" for each."""
import importlib
import os
import sys
import traceback
from concurrent.futures import ProcessPoolExecutor

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import rig  # noqa: E402


def tests():
    """Every function test_... of every file test_....py: none is forgotten."""
    for file in sorted(os.listdir(sys.path[0])):
        if file.startswith("test_") and file.endswith(".py"):
            for name, function in vars(importlib.import_module(file[:-3])).items():
                if name.startswith("test_") and callable(function):
                    yield name[5:].replace("_", "-"), function


def run(named):
    """What is printed about a test, and whether it is a failure."""
    name, function = named
    place = rig.Place()
    problem = []
    try:
        function(place)
    except rig.Wrong as wrong:
        problem = [str(part) for part in wrong.args]
    except Exception:
        problem = [traceback.format_exc()]
    place.end()
    lines = [f"{'FAIL' if problem else 'ok'} cli-{name}"] + ["# " + line for line in "\n".join(problem).splitlines()]
    return "\n".join(lines), bool(problem)


def main():
    chosen = [(n, f) for n, f in tests() if len(sys.argv) < 2 or any(p in n for p in sys.argv[1:])]
    if not chosen:
        sys.exit("tests/cli/run: no test is named like that")
    bad = False
    with ProcessPoolExecutor(2 * len(os.sched_getaffinity(0))) as pool:  # many wait
        for text, failed in pool.map(run, chosen):
            print(text, flush=True)
            bad |= failed
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
