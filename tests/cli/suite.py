#!/usr/bin/env python3
"""All tests of the command line; tests/cli/run calls it. Prints "ok cli-NAME" or "FAIL cli-NAME" for each."""
import os
import sys
import traceback

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import rig  # noqa: E402
import test_commands  # noqa: E402
import test_decode  # noqa: E402
import test_json  # noqa: E402
import test_secrets  # noqa: E402
import test_settings  # noqa: E402
import test_usage  # noqa: E402


def tests():
    for module in (test_usage, test_settings, test_secrets, test_commands, test_decode, test_json):
        for name, function in vars(module).items():
            if name.startswith("test_") and callable(function):
                yield name[5:].replace("_", "-"), function


def run(name, function):
    place = rig.Place()
    problem = []
    try:
        function(place)
    except rig.Wrong as wrong:
        problem = [str(part) for part in wrong.args]
    except Exception:
        problem = [traceback.format_exc()]
    place.end()
    print(f"{'FAIL' if problem else 'ok'} cli-{name}", flush=True)
    for line in "\n".join(problem).splitlines():
        print("# " + line, flush=True)
    return not problem


def main():
    chosen = [(n, f) for n, f in tests() if len(sys.argv) < 2 or any(p in n for p in sys.argv[1:])]
    if not chosen:
        sys.exit("tests/cli/run: no test is named like that")
    results = [run(name, function) for name, function in chosen]
    sys.exit(0 if all(results) else 1)


main()
