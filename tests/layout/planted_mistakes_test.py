#!/usr/bin/env python3
"""Plants each kind of mistake in a tree of its own and expects include_direction_test.py to find it."""

import pathlib
import sys
import tempfile
import unittest

from include_direction_test import problems

CLEAN = {
    "decrypt/base/result.h": "#pragma once\n#include <string>\n",
    "decrypt/age/age.cc": '#include <sodium.h>\n#include "decrypt/base/result.h"\n',
    "plugin/server/serve.cc": '#include "plugin.grpc.pb.h"\n#include "decrypt/base/result.h"\n',
    "tests/decrypt/base/result_test.cc": '#include "decrypt/base/result.h"\n',
}


class PlantedMistakes(unittest.TestCase):
    def found(self, files):
        with tempfile.TemporaryDirectory() as name:
            root = pathlib.Path(name)
            for path, text in {**CLEAN, **files}.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            return list(problems(root))

    def expect(self, path, line, text):
        found = self.found({path: line + "\n"})
        self.assertEqual(len(found), 1, found)
        self.assertIn(text, found[0])

    def test_accepts_a_clean_tree(self):
        self.assertEqual(self.found({}), [])

    def test_finds_an_include_that_points_up(self):
        found = self.found({"plugin/exec/a.h": "", "decrypt/age/b.cc": '#include "plugin/exec/a.h"\n'})
        self.assertEqual(found, ["decrypt/age/b.cc:1: decrypt/age may not include plugin/exec"])

    def test_finds_a_relative_include(self):
        self.expect("decrypt/base/c.cc", '#include "result.h"', "no such file from the repository's root")

    def test_finds_a_third_party_header_in_a_public_one(self):
        self.expect("decrypt/base/result.h", "#include <nlohmann/json.hpp>", "keep third-party headers in .cc files")

    def test_allows_a_third_party_header_in_a_private_one(self):
        self.assertEqual(self.found({"decrypt/age/own.h": "#include <sodium.h>\n"}), [])

    def test_finds_generated_types_outside_the_server(self):
        self.expect("plugin/exec/d.cc", '#include "plugin.pb.h"', "generated types are for")

    def test_finds_grpc_in_a_header_that_others_include(self):
        found = self.found({
            "plugin/server/s.h": "#include <grpcpp/grpcpp.h>\n",
            "plugin/commands/c.cc": '#include "plugin/server/s.h"\n',
        })
        self.assertEqual(found, [])
        found = self.found({
            "plugin/server/s.h": "#include <grpcpp/grpcpp.h>\n",
            "plugin/main.cc": '#include "plugin/server/s.h"\n',
        })
        self.assertEqual(len(found), 1, found)
        self.assertIn("keep third-party headers in .cc files", found[0])

    def test_finds_product_code_that_includes_tests(self):
        found = self.found({"tests/support/x.h": "", "decrypt/base/e.cc": '#include "tests/support/x.h"\n'})
        self.assertEqual(found, ["decrypt/base/e.cc:1: decrypt/base may not include tests/support"])

    def test_finds_a_folder_that_nobody_placed(self):
        self.expect("plugin/novel/f.cc", "", "not in the table")


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main()
