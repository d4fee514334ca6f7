#pragma once

#include <string_view>

#include "decrypt/base/check.h"
#include "decrypt/base/result.h"
#include "plugin/discovery/name_tree.h"
#include "plugin/discovery/outcome.h"

namespace acd::discovery {

/// `discover.find.glob` as Argo CD's own server has it: whether go-zglob 0.0.6 finds anything for
/// the application's path and the pattern, joined. `**/` is any number of folders, with dots too;
/// `*` stays within a name, a `**` at the end as well; `{a,b}`; folders behind symlinks are not
/// gone into, but for what stands before the first wildcard. What leaves the repository matches
/// nothing. Two differences on purpose: `$NAME` is a name (TranslateZglob), and in a class a
/// property of Unicode is spelled as RE2 has it, `\pS` or `\p{Greek}`, where Go also takes `\ps`.
/// `app_path`: of the repository; empty or "." for its root.
/// Errors: kInvalidInput (a malformed class), kLimitExceeded (too long), and those of `check`,
/// which is asked as the work goes on. Time: linear in the tree's paths.
/// Threads: safe to call concurrently.
Result<Outcome> MatchesGlob(const NameTree& tree, std::string_view app_path,
                            std::string_view pattern, const Check& check = {});

}  // namespace acd::discovery
