# Shared by the scripts: sourced, never run. Everything it says goes to standard error, so that a
# script's standard output holds its result only.
# shellcheck shell=bash

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export HOME="${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/argocd-decrypt"

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
note() { printf '    %s\n' "$*" >&2; }
die() {
  printf '\033[1;31merror:\033[0m %s\n' "$*" >&2
  exit 1
}

# Colours are for people at a terminal.
if [[ ! -t 2 ]]; then
  say() { printf '==> %s\n' "$*" >&2; }
  die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
  }
fi

# The comment at a script's head is its manual. ($1 is the script's own: this file gets no arguments.)
if [[ ${1:-} == -h || ${1:-} == --help ]]; then
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" | sed '/^shellcheck/d'
  exit 0
fi

# wrong_usage USAGE: for arguments that the script does not take.
wrong_usage() {
  printf 'error: unknown argument\nusage: %s\n' "$*" >&2
  exit 2
}

# as_root COMMAND...: as it is for root, through sudo for everybody else.
as_root() {
  if [[ $(id -u) -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo --preserve-env=DEBIAN_FRONTEND "$@"
  else
    die "this needs root, and there is no sudo: $*"
  fi
}

# quietly WHAT COMMAND...: one line of progress, and one every 20 seconds with where the command is;
# its output only when it fails.
quietly() {
  local what=$1 log status=0 started=$SECONDS heartbeat line
  shift
  log=$(mktemp)
  note "$what ..."
  # The sleep's descriptors are closed, so that it keeps no pipe open when its parent has gone.
  (
    while sleep 20 >/dev/null 2>&1; do
      line=$(tail -n 1 "$log" | tr -cd '[:print:]' | cut -c 1-90)
      note "  $((SECONDS - started)) s: ${line:-still at it, with nothing to say}"
    done
  ) </dev/null &
  heartbeat=$!
  "$@" >"$log" 2>&1 </dev/null || status=$?
  kill "$heartbeat" 2>/dev/null || true
  wait "$heartbeat" 2>/dev/null || true
  if [[ $status -ne 0 ]]; then
    cat "$log" >&2
    rm -f "$log"
    die "$what: exit code $status from: $*"
  fi
  rm -f "$log"
  if ((SECONDS - started >= 10)); then
    note "$what: done in $((SECONDS - started)) s"
  fi
}
