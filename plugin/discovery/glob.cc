#include "plugin/discovery/glob.h"

#include <re2/re2.h>

#include <optional>
#include <string>

#include "decrypt/base/encoding.h"
#include "plugin/discovery/pattern_path.h"
#include "plugin/discovery/runes.h"
#include "plugin/discovery/work_meter.h"
#include "plugin/discovery/zglob_pattern.h"

namespace acd::discovery {
namespace {

using Entry = NameTree::Entry;

// Where the repository seems to lie: zglob has absolute paths only.
constexpr std::string_view kMount = "/r";

RE2::Options Quiet() {
  RE2::Options options;
  options.set_log_errors(false);
  return options;
}

/// zglob's walk below its root.
class Walk {
 public:
  Walk(const ZglobPattern& pattern, const RE2& regex, const Check& check)
      : pattern_(pattern), regex_(regex), meter_(check), path_(pattern.root) {}

  Result<bool> Finds(const Entry& root) {
    return root.kind == Entry::Kind::kFolder ? Folder(root) : Matches();
  }

 private:
  Result<bool> Folder(const Entry& folder) {
    const std::size_t size = path_.size();
    for (const auto& [name, child] : folder.children) {
      path_.append("/").append(name);
      ACD_TRY(bool found, Matches());
      if (!found && child->kind == Entry::Kind::kFolder && IsWalked()) {
        ACD_TRY(found, Folder(*child));
      }
      if (found) return true;
      path_.resize(size);
    }
    return false;
  }

  Result<bool> Matches() {
    ACD_CHECK(meter_.Spend(path_.size() * static_cast<std::size_t>(regex_.ProgramSize())));
    return IsUtf8(path_) ? RE2::FullMatch(path_, regex_) : RE2::FullMatch(ValidUtf8(path_), regex_);
  }

  bool IsWalked() const {
    return path_.size() >= pattern_.dirmask.size() || pattern_.dirmask.starts_with(path_ + "/");
  }

  const ZglobPattern& pattern_;
  const RE2& regex_;
  WorkMeter meter_;
  std::string path_;
};

}  // namespace

Result<Outcome> MatchesGlob(const NameTree& tree, std::string_view app_path,
                            std::string_view pattern, const Check& check) {
  ACD_TRY(const std::optional<std::string> joined, PatternPath(tree, app_path, pattern));
  if (!joined) return Outcome::kNoMatch;
  const std::string path = std::string(kMount) + (joined->empty() ? "" : "/") + *joined;
  const std::optional<ZglobPattern> translated = TranslateZglob(path);
  if (!translated) return tree.Stat(*joined) ? Outcome::kMatch : Outcome::kMissing;
  const RE2 regex(translated->regex, Quiet());
  if (!regex.ok()) return MalformedPattern(*joined);
  const auto root = tree.Stat(std::string_view(translated->root).substr(kMount.size()));
  if (!root) return Outcome::kMissing;
  ACD_TRY(const bool found, Walk(*translated, regex, check).Finds(*root->entry));
  return found ? Outcome::kMatch : Outcome::kNoMatch;
}

}  // namespace acd::discovery
