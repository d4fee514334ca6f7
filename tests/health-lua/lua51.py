#!/usr/bin/env python3
"""Runs checks of health-lua/ in a real Lua 5.1 that knows `obj`, `type`, `ipairs` and nothing else.

As a program: on standard input a JSON list of {"script": PATH, "object": {...}}, on standard output
one of {"status": ..., "message": ...} or {"error": ...} for each. Needs lua5.1.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

# setfenv: the script sees this table as its globals, so a library function is a nil to it.
DRIVER = r"""
local scripts = {}
local function run(path, object)
  scripts[path] = scripts[path] or assert(loadfile(path))
  local script = scripts[path]
  setfenv(script, {obj = object, type = type, ipairs = ipairs})
  local health = script()
  return tostring(health.status), tostring(health.message)
end
local function quoted(text)
  return (text:gsub("[%c\\]", function(c) return string.format("\\%03d", c:byte()) end))
end
for line in io.lines() do
  local path, object = assert(loadstring(line))()
  local good, status, message = pcall(run, path, object)
  if good then
    io.write(quoted(status), "\t", quoted(message), "\n")
  else
    io.write("\t", quoted(tostring(status)), "\n")
  end
end
"""


def to_lua(value):
    """A Lua expression for a value that came from JSON. As in Argo CD, nulls are left out."""
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return '"' + "".join(f"\\{byte:03d}" for byte in value.encode()) + '"'
    if isinstance(value, list):
        return "{" + ", ".join(to_lua(item) for item in value if item is not None) + "}"
    return "{" + ", ".join(f"[{to_lua(key)}] = {to_lua(item)}" for key, item in value.items()) + "}"


def unquoted(text):
    parts = text.split("\\")
    return parts[0] + "".join(chr(int(part[:3])) + part[3:] for part in parts[1:])


def assess(cases):
    """The answers to a list of (path of a script, object)."""
    lines = "".join(f"return {to_lua(str(path))}, {to_lua(obj)}\n" for path, obj in cases)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as driver:
        driver.write(DRIVER)
        driver.flush()
        done = subprocess.run(
            ["lua5.1", driver.name], input=lines, capture_output=True, text=True, timeout=300, check=True
        )
    answers = []
    for line in done.stdout.splitlines():
        status, message = map(unquoted, line.split("\t", 1))
        answers.append({"status": status, "message": message} if status else {"error": message})
    if len(answers) != len(cases):
        raise RuntimeError(f"{len(answers)} answers to {len(cases)} cases: {done.stderr}")
    return answers


def main():
    cases = [(pathlib.Path(case["script"]), case["object"]) for case in json.load(sys.stdin)]
    json.dump(assess(cases), sys.stdout)


if __name__ == "__main__":
    main()
