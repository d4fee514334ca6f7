# The real sops, made to answer many command lines in one process: the source of the released version
# and one file of ours beside its main.go (tests/interop/sops/served). Sourced after tools.sh.
# shellcheck shell=bash

# Builds it once into the cache and names it in ACD_SOPS_SERVED.
need_sops_served() {
  local addition="$repository/tests/interop/sops/served/served.go" folder building source
  folder="$cache/sops-served-$sops_version-$(sha256sum "$addition" | cut -c 1-16)"
  if [[ ! -x $folder/sops-served ]]; then
    install_packages go
    need_go
    mkdir -p "$cache"
    building=$(mktemp -d "$cache/building.XXXXXX")
    source=$(cd / && go mod download -json "github.com/getsops/sops/v3@$sops_version" |
      sed -n 's/^\s*"Dir": "\(.*\)",\?$/\1/p')
    [[ -d $source ]] || die "no source of sops $sops_version at $source"
    cp -r --no-preserve=mode "$source" "$building/source"
    cp "$addition" "$building/source/cmd/sops/"
    # The flags of build_tool, so that the packages that sops itself was built from are cached.
    CGO_ENABLED=0 quietly "go build, sops $sops_version as a server" go build -C "$building/source" -trimpath \
      -tags sops_served -ldflags=-s -o "$building/sops-served" ./cmd/sops
    rm -rf "$building/source" "$folder"
    mv "$building" "$folder"
  fi
  export ACD_SOPS_SERVED="$folder/sops-served"
}
