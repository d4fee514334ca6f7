#!/usr/bin/env python3
"""Who may include whom: `include_direction_test.py [REPOSITORY]` lists each line that breaks the rules.

1. A folder includes only itself and the folders that ALLOWED gives it. A folder that is missing there
   is an error, so that a new one is placed on purpose.
2. Includes name their file from the repository's root, and the file exists.
3. A header that another folder includes is public: it includes the standard library, the system and
   our own headers only. Third-party ones stay in .cc files and in headers private to a folder.
4. Nothing includes tests/ but tests.
"""

import collections
import pathlib
import re
import sys

DECRYPT = ["decrypt/base", "decrypt/age", "decrypt/pgp", "decrypt/keys", "decrypt/yaml", "decrypt/sops", "decrypt/sops/stores", "decrypt/sealed", "decrypt"]
RENDERING = DECRYPT + ["plugin/exec", "plugin/workspace", "plugin/guard", "plugin/jsonnet", "plugin/ksops", "plugin/sources", "plugin/render"]
SERVING = RENDERING + ["plugin/archive", "plugin/request", "plugin/custom", "plugin/server", "plugin/metrics"]

ALLOWED = {
    "decrypt/base": [],
    "decrypt/yaml": ["decrypt/base"],
    "decrypt/age": ["decrypt/base"],
    "decrypt/pgp": ["decrypt/base"],
    "decrypt/keys": ["decrypt/base", "decrypt/age", "decrypt/pgp"],
    # The stores read and write the tree; both know the tree's types only.
    "decrypt/sops/stores": ["decrypt/base", "decrypt/yaml", "decrypt/sops"],
    "decrypt/sops": ["decrypt/base", "decrypt/yaml", "decrypt/keys", "decrypt/sops/stores"],
    # Of a document it knows the tree only, whoever read or decrypted it.
    "decrypt/sealed": ["decrypt/base", "decrypt/sops"],
    "decrypt": DECRYPT,
    # It starts the programs that hold keys.
    "plugin/exec": ["decrypt/base", "decrypt/keys"],
    "plugin/workspace": ["decrypt/base"],
    "plugin/archive": ["decrypt/base"],
    # It answers from a list of names; where that comes from is none of its business.
    "plugin/discovery": ["decrypt/base", "plugin/archive"],
    "plugin/guard": ["decrypt/base", "decrypt/yaml"],
    # What it shows it gets as texts and values, whoever rendered and decrypted them.
    "plugin/preview": ["decrypt/base", "decrypt/yaml", "plugin/guard"],
    # What it assesses are objects as the preview reads them.
    "plugin/health": ["decrypt/base", "plugin/preview"],
    "plugin/ksops": DECRYPT + ["plugin/workspace"],
    # What lies outside of the repository that was sent: charts, and files of other repositories. It reads
    # Chart.yaml, so it may read YAML; of decryption and of keys it knows nothing.
    "plugin/sources": ["decrypt/base", "decrypt/yaml", "plugin/exec", "plugin/workspace", "plugin/archive"],
    # Its virtual machine runs in a process that gets nothing but a request.
    "plugin/jsonnet": ["decrypt/base"],
    "plugin/render": DECRYPT + ["plugin/exec", "plugin/workspace", "plugin/guard", "plugin/jsonnet", "plugin/ksops", "plugin/sources"],
    "plugin/request": RENDERING + ["plugin/archive"],
    # What a plugin.yaml says, and the commands that it names.
    "plugin/custom": RENDERING,
    "plugin/api": [],
    "plugin/server": RENDERING + ["plugin/archive", "plugin/request", "plugin/discovery", "plugin/custom", "plugin/api"],
    # What it shows are numbers and names that it is given.
    "plugin/metrics": ["decrypt/base"],
    # It knows spans, whoever's they are.
    "plugin/tracing": ["decrypt/base"],
    # Of the program it knows the plain C between the two: they share no library.
    "plugin/tracing/otel": ["plugin/tracing"],
    "plugin/commands": SERVING + ["plugin/preview", "plugin/health", "plugin/metrics", "plugin/tracing"],
    "plugin": SERVING + ["plugin/preview", "plugin/health", "plugin/metrics", "plugin/tracing", "plugin/commands"],
}

# Headers that protoc makes, and gRPC's own: only these folders may see them, and show them to each other.
GENERATED = re.compile(r"^[a-z0-9_]+(\.grpc)?\.pb\.h$")
GRPC = re.compile(r"^grpcpp/")
SPEAK_GRPC = {"plugin/server", "plugin/commands"}

SYSTEM = re.compile(
    r"^([a-z_0-9]+|(sys|linux|netinet|arpa)/[a-z_0-9]+\.h"
    r"|(cxxabi|dirent|errno|fcntl|getopt|grp|poll|pwd|sched|signal|spawn|termios|unistd)\.h)$"
)
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')


def includes(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1) == '"', match.group(2)


def problems(root):
    sources = [
        path
        for top in ("decrypt", "plugin", "tests")
        for path in sorted((root / top).rglob("*"))
        if path.suffix in (".h", ".cc")
    ]
    users = collections.defaultdict(set)  # of each public header
    for path in sources:
        folder = path.parent.relative_to(root).as_posix()
        is_test = folder.split("/")[0] == "tests"
        if not is_test and folder not in ALLOWED:
            yield f"{folder}: not in the table of {pathlib.Path(__file__).name}; decide what it may include"
            continue
        for number, quoted, name in includes(path):
            where = f"{path.relative_to(root)}:{number}"
            if not quoted:
                continue
            if GENERATED.match(name):
                if not is_test and folder not in SPEAK_GRPC:
                    yield f"{where}: {name}: generated types are for {', '.join(sorted(SPEAK_GRPC))}"
                continue
            if not (root / name).is_file():
                yield f"{where}: {name}: no such file from the repository's root"
                continue
            target = pathlib.PurePosixPath(name).parent.as_posix()
            if is_test:
                continue
            if target != folder:
                users[name].add(folder)
                if target not in ALLOWED[folder]:
                    yield f"{where}: {folder} may not include {target}"
    for name in sorted(users):
        for number, quoted, included in includes(root / name):
            is_grpc = GENERATED.match(included) or GRPC.match(included)
            if (quoted and not is_grpc) or (is_grpc and users[name] <= SPEAK_GRPC):
                continue
            if quoted or not SYSTEM.match(included):
                yield f"{name}:{number}: a public header includes {included}; keep third-party headers in .cc files"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2])
    found = sorted(set(problems(root)))
    print("\n".join(found) or "every include points the right way")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
