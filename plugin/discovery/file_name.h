#pragma once

#include <string_view>

#include "decrypt/base/check.h"
#include "decrypt/base/result.h"
#include "plugin/discovery/name_tree.h"
#include "plugin/discovery/outcome.h"

namespace acd::discovery {

/// `discover.fileName` as Argo CD's own server has it: whether Go's filepath.Glob of the
/// application's path and the pattern, joined, finds anything. `*` and `?` stay within a name; no
/// `**`, no `{a,b}`. Such characters in the application's path count too. Symlinks to folders are
/// followed, one that leads nowhere is found. What leaves the repository matches nothing.
/// `app_path`: of the repository; empty or "." for its root. Never kMissing.
/// Errors: kInvalidInput (a malformed pattern, where Go would see it), kLimitExceeded (too long),
/// and those of `check`, which is asked as the work goes on. Time: the entries of the tree for each
/// component of the pattern, whatever the symlinks. Threads: safe to call concurrently.
Result<Outcome> MatchesFileName(const NameTree& tree, std::string_view app_path,
                                std::string_view pattern, const Check& check = {});

}  // namespace acd::discovery
