#!/usr/bin/env python3
"""One file turns an errno into words: `system_words_test.py [REPOSITORY]` lists each line elsewhere that does.

decrypt/base/system_failure.cc knows a lack of room, which may be over in a moment, from what stays wrong. A second
way to say "Too many open files" is a second way for a client to be told the wrong code, and no hint.
"""

import pathlib
import re
import sys
import tempfile
import unittest

MAY = {
    "decrypt/base/system_failure.cc",
    "plugin/metrics/endpoint.cc",  # the errors of names that are looked up are none of the system's
}
WORDS = re.compile(r"\bstrerror|_category\(\)\s*\.message\(|\.message\(\)")


def problems(root):
    for top in ("decrypt", "plugin"):
        for path in sorted((root / top).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.suffix not in (".h", ".cc") or name in MAY:
                continue
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if WORDS.search(line):
                    yield f"{name}:{number}: say it with SystemFailure, which knows a lack of room: {line.strip()}"


class PlantedMistakes(unittest.TestCase):
    def found(self, line, name="plugin/exec/a.cc"):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / name).parent.mkdir(parents=True)
            (root / name).write_text(line + "\n")
            return [problem.split(": ")[0] for problem in problems(root)]

    def test_finds_each_way_to_say_it(self):
        for line in (
            'return Fail(Code::kIo, path + ": " + std::strerror(errno));',
            'return Fail(Code::kIo, "x: " + std::generic_category().message(errno));',
            'return Fail(Code::kIo, "x: " + std::system_category().message(error));',
            'return Fail(Code::kIo, "x: " + error.message());',
            'return Fail(Code::kIo, "x: " + error.code().message());',
        ):
            self.assertEqual(self.found(line), ["plugin/exec/a.cc:1"], line)

    def test_leaves_others_alone(self):
        self.assertEqual(self.found('return SystemFailure("x", errno);'), [])
        self.assertEqual(self.found("text += error().message;"), [])
        self.assertEqual(self.found("std::strerror(error);", "decrypt/base/system_failure.cc"), [])


def main():
    sys.dont_write_bytecode = True
    planted = unittest.defaultTestLoader.loadTestsFromTestCase(PlantedMistakes)
    if not unittest.TextTestRunner(verbosity=0).run(planted).wasSuccessful():
        return 1
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2])
    found = list(problems(root))
    print("\n".join(found) or "one file turns an errno into words")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
