# A folder in memory, for the server's workspaces. Sourced after common.sh.
# shellcheck shell=bash

# Prints the path of a writable tmpfs folder that is already there; fails when there is none.
find_tmpfs() {
  local folder
  for folder in /dev/shm "${XDG_RUNTIME_DIR:-}" /run /tmp; do
    if [[ -n $folder && -d $folder && -w $folder && $(stat -f -c %T "$folder") == tmpfs ]]; then
      echo "$folder"
      return 0
    fi
  done
  return 1
}

# memory_folder PARENT: sets `workdir` to a new private folder on tmpfs and `workdir_flags` to what
# `serve` needs for it. Without any tmpfs, root mounts one below PARENT; a bare chroot may refuse even
# that, and then PARENT's disk is used, said loudly.
memory_folder() {
  local parent=$1 tmpfs
  workdir_flags=()
  workdir_mounted=""
  if tmpfs=$(find_tmpfs); then
    workdir=$(mktemp -d "$tmpfs/argocd-decrypt.XXXXXX")
    return 0
  fi
  workdir=$(mktemp -d "$parent/workdir.XXXXXX")
  if [[ $(id -u) -eq 0 ]] && mount -t tmpfs -o mode=0700,size=512m,nosuid,nodev tmpfs "$workdir" 2>/dev/null; then
    workdir_mounted=$workdir
    return 0
  fi
  note "NO TMPFS HERE: the server keeps its workspaces on disk for this run (--allow-disk-workdir)."
  note "Fine for the public samples, not for real secrets."
  # shellcheck disable=SC2034
  workdir_flags=(--allow-disk-workdir=true)
}

remove_memory_folder() {
  if [[ -n ${workdir_mounted:-} ]]; then
    umount "$workdir_mounted" || true
  fi
  rm -rf "${workdir:?}"
}
