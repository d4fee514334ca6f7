# The vectors that the age project tests itself with. Sourced after common.sh and tools.sh.
# shellcheck shell=bash

# The version is the one in age's own go.mod.
age_vectors=c2sp.org/CCTV/age@v0.0.0-20251208015420-e9274a7bdbfd

# Sets `vectors` to the folder of them. After need_go.
need_vectors() {
  vectors="$(go mod download -json "$age_vectors" | sed -n 's/^\s*"Dir": "\(.*\)",\?$/\1/p')/testdata"
  [[ -d $vectors ]] || die "no age test vectors at $vectors"
}
