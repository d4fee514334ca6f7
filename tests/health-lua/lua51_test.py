#!/usr/bin/env python3
"""Runs the checks of health-lua/ in a real Lua 5.1 that knows `obj`, `type`, `ipairs` and nothing else.

Argo CD's machine is a port of Lua to Go (tests/interop/healthlua drives that one); where the two
disagree, a script leans on something that it should not. Needs lua5.1 and python3-yaml.
"""

import pathlib
import subprocess
import sys
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2] / "health-lua"

# setfenv: the script sees this table as its globals, so a library function is a nil to it.
DRIVER = """
local script = assert(loadfile(arg[1]))
local object = assert(loadfile(arg[2]))()
setfenv(script, {obj = object, type = type, ipairs = ipairs})
local health = script()
io.write(tostring(health.status), "\\n", tostring(health.message), "\\n")
"""


def lua(value):
    """A Lua expression for a value that came from YAML."""
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return '"' + "".join(f"\\{byte:03d}" for byte in value.encode()) + '"'
    if isinstance(value, list):
        return "{" + ", ".join(lua(item) for item in value) + "}"
    return "{" + ", ".join(f"[{lua(key)}] = {lua(item)}" for key, item in value.items()) + "}"


def assess(script, driver, folder, document):
    chunk = folder / "object.lua"
    chunk.write_text("return " + lua(document))
    done = subprocess.run(
        ["lua5.1", driver, script, chunk], capture_output=True, text=True, timeout=30, check=False
    )
    if done.returncode != 0:
        return {"error": done.stderr.strip()}
    status, message = done.stdout.rstrip("\n").split("\n", 1)
    return {"status": status, "message": message}


class PlainLoader(yaml.SafeLoader):
    """Timestamps stay strings, as they are in the JSON that Argo CD has."""


PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def main():
    failed = count = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        driver = folder / "driver.lua"
        driver.write_text(DRIVER)
        for script in sorted(ROOT.glob("*/*/health.lua")):
            tests = yaml.safe_load((script.parent / "health_test.yaml").read_text())["tests"]
            for test in tests:
                document = yaml.load((script.parent / test["inputPath"]).read_text(), PlainLoader)
                got = assess(script, driver, folder, document)
                count += 1
                if got != test["healthStatus"]:
                    failed += 1
                    print(f"{script.parent / test['inputPath']}:\n  got  {got}\n  want {test['healthStatus']}")
    print(f"health-lua in Lua 5.1: {count} cases, {failed} failed")
    return 1 if failed or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
