# Which Debian packages are needed for what, and how the missing ones get installed.
# Sourced after common.sh. The Dockerfile uses it too, so there is one list.
# shellcheck shell=bash

codename() {
  # shellcheck disable=SC1091
  if [[ -r /etc/os-release ]]; then (. /etc/os-release && echo "${VERSION_CODENAME:-unknown}"); fi
}

# Boost's headers carry their version in the package name; ours needs 1.81 or newer.
boost_package() {
  case $(codename) in
    bookworm) echo libboost1.81-dev ;;  # plain libboost-dev is 1.74 there
    trixie) echo libboost1.83-dev ;;
    *) echo libboost-dev ;;
  esac
}

# What the tracing module is built with; without it the rest is built as ever.
opentelemetry_package() {
  case $(codename) in
    bookworm) ;;  # has none
    *) echo opentelemetry-cpp-dev ;;
  esac
}

# packages PURPOSE...: of build, unit-tests, checks, fuzz, go, keys, render, trace, cluster.
packages() {
  local purpose
  for purpose in "$@"; do
    case $purpose in
      build)
        echo g++ cmake ninja-build pkg-config ccache
        echo "$(boost_package)" libyaml-cpp-dev libsodium-dev libssl-dev zlib1g-dev libisal-dev
        echo libarchive-dev libre2-dev libspdlog-dev nlohmann-json3-dev libcli11-dev liblua5.1-0-dev
        echo libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc
        opentelemetry_package
        ;;
      unit-tests) echo libgtest-dev libgmock-dev git python3 libjsonnet0 ;;
      checks) echo clang-format lua5.1 python3 python3-yaml ;;
      fuzz) echo clang libclang-rt-dev ;;  # the runtimes are only recommended by clang
      go) echo ca-certificates ;;
      # What opens and makes keys of other kinds than age, for the tests and the image.
      keys) echo gpg gpg-agent openssh-client ;;
      # helm and kustomize come through Go, see tools.sh; libjsonnet is loaded when a .jsonnet file is rendered.
      render) echo git openssh-client ca-certificates libjsonnet0 ;;
      trace) echo strace ;;  # what the server and its children do, for tests/interop/leaks
      # Under Kubernetes' API server and Argo CD, for tests/interop/cluster, which starts its own. Where systemd
      # runs, Debian starts them as services, too, on loopback; nothing here needs those.
      cluster) echo etcd-server redis-server ;;
      *) die "packages: no such purpose: $purpose" ;;
    esac
  done
}

is_installed() {
  [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# apt_install PACKAGE...: the missing ones; touches apt only when there are some.
apt_install() {
  command -v dpkg-query >/dev/null ||
    die "this is not a Debian system; install what scripts/lib/packages.sh lists by other means"
  local missing=() package
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  if [[ ${#missing[@]} -eq 0 ]]; then
    return 0
  fi
  say "installing Debian packages: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  quietly "apt-get update" as_root apt-get -qq -o APT::Update::Error-Mode=any update
  quietly "apt-get install" as_root apt-get -qq -y --no-install-recommends \
    -o Dpkg::Use-Pty=0 install "${missing[@]}"
}

# install_packages PURPOSE...
install_packages() {
  # shellcheck disable=SC2046
  apt_install $(packages "$@" | tr " " "\n" | sort -u)
}
