#!/usr/bin/env python3
"""Runs the checks of health-lua/ on all of their test data in a real Lua 5.1.

Argo CD's machine is a port of Lua to Go (tests/interop/healthlua drives that one); where the two
disagree, a script leans on something that it should not. Needs lua5.1 and python3-yaml.
"""

import pathlib
import sys

import yaml

from lua51 import assess

ROOT = pathlib.Path(__file__).resolve().parents[2] / "health-lua"


class PlainLoader(yaml.SafeLoader):
    """Timestamps stay strings, as they are in the JSON that Argo CD has."""


PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def main():
    paths, cases, wanted = [], [], []
    for script in sorted(ROOT.glob("*/*/health.lua")):
        for test in yaml.safe_load((script.parent / "health_test.yaml").read_text())["tests"]:
            path = script.parent / test["inputPath"]
            paths.append(path)
            cases.append((script, yaml.load(path.read_text(), PlainLoader)))
            wanted.append(test["healthStatus"])
    failed = 0
    for path, got, want in zip(paths, assess(cases), wanted):
        if got != want:
            failed += 1
            print(f"{path}:\n  got  {got}\n  want {want}")
    print(f"health-lua in Lua 5.1: {len(cases)} cases, {failed} failed")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
