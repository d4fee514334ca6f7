#include "plugin/render/helm_defaults.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "plugin/render/helm_value_tree.h"
#include "plugin/render/path_glob.h"
#include "plugin/render/plain_files.h"
#include "plugin/render/substitute.h"
#include "plugin/render/value_url.h"

namespace acd::render {
namespace {

// The UI writes all of them into the Application once one is edited, and a variable of the
// request's environment carries them: Linux has 128 KiB for one.
constexpr std::size_t kMaxBytes = 100U << 10U;
constexpr int kMaxNesting = 30;  // helm's own, of a name

// A key within a name, as helm's strvals parser needs it.
std::string Escaped(const std::string& key) {
  std::string out;
  for (const char c : key) {
    if (std::string_view("\\.,=[]").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// helm takes no name with an empty key, and none that begins like a value.
bool IsName(const std::string& key) {
  return !key.empty() && key.front() != '{' &&
         std::all_of(key.begin(), key.end(), [](char c) { return c >= ' ' || c < 0; });
}

class Flattener {
 public:
  explicit Flattener(HelmDefaults& defaults) : defaults_(defaults) {}

  // False when there is too much.
  bool Add(const HelmValue& value, const std::string& name, int nesting, bool in_list) {
    switch (value.kind) {
      case HelmValue::Kind::kOpaque:
        return true;
      case HelmValue::Kind::kScalar:
      case HelmValue::Kind::kNull:
        if (nesting > kMaxNesting) return true;
        defaults_.values[name] = value.text;
        return Count(name.size() + value.text.size() + 16);
      case HelmValue::Kind::kList:
        return List(value, name, nesting, in_list);
      case HelmValue::Kind::kMap:
        for (const auto& [key, member] : value.members) {
          if (!IsName(key)) continue;
          const std::string inner = (name.empty() ? "" : name + ".") + Escaped(key);
          if (!Add(member, inner, nesting + 1, in_list)) return false;
        }
        return true;
    }
    return true;
  }

 private:
  bool List(const HelmValue& list, const std::string& name, int nesting, bool in_list) {
    if (!in_list) {
      const auto json = list.Json();
      if (!json) return true;
      defaults_.lists[name] = *json;
    }
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      if (!Add(list.items[i], name + "[" + std::to_string(i) + "]", nesting, true)) return false;
    }
    return true;
  }

  bool Count(std::size_t bytes) { return (bytes_ += bytes) <= kMaxBytes; }

  HelmDefaults& defaults_;
  std::size_t bytes_ = 0;
};

class ValueReader {
 public:
  explicit ValueReader(const HelmDefaultsQuery& query)
      : query_(query), files_(query.root, query.budget) {}

  std::optional<HelmValue> Read() {
    HelmValue chart;
    if (const auto found = files_.Locate(query_.app_dir, "values.yaml")) {
      auto own = found->is_folder ? std::nullopt : File(found->path);
      if (!own) return std::nullopt;
      chart = *std::move(own);
    }
    auto values = ValueFiles();
    if (!values) return std::nullopt;
    std::string text = query_.parameters.String("valuesObject");
    if (text.empty()) text = query_.parameters.String("values");
    if (!text.empty()) {
      const auto own = Text(SecretBytes::CopyOf(text), false);
      if (!own) return std::nullopt;
      values = HelmValue::Merge(*std::move(values), *own);
    }
    if (files_.exhausted()) return std::nullopt;
    return HelmValue::Coalesce(std::move(chart), *values);
  }

  /// Why something could not be read that may be there.
  const std::optional<Error>& lack() const { return lack_ ? lack_ : files_.lack(); }

 private:
  std::optional<HelmValue> Text(const SecretBytes& text, bool encrypted) {
    const auto documents = files_.Parse(text);
    if (!documents || documents->size() > 1) return std::nullopt;
    if (documents->empty()) return HelmValue();
    const yaml::Node& root = documents->front().root;
    if (root.kind == yaml::Node::Kind::kScalar && yaml::ResolveYaml11(root) == yaml::Type::kNull) {
      return HelmValue();
    }
    return HelmValue::FromYaml(root, encrypted);
  }

  std::optional<HelmValue> File(const std::string& path) {
    const auto file = files_.Read(path);
    if (!file) return std::nullopt;
    const bool was = query_.was_encrypted && query_.was_encrypted(path);
    return Text(file->text, file->encrypted || was);
  }

  struct Entry {
    std::vector<std::string> paths;
    bool glob = false;
    bool wrapped = false;  ///< in one of helm-secrets' schemes
  };

  std::optional<Entry> Resolve(const std::string& written, bool ignore_missing) {
    const auto url = ParseValueUrl(Substitute(written, SubstitutionVariables(query_.environment)));
    // Variables of a render are not all known when the UI asks.
    if (!url || url->kind != ValueUrl::Kind::kPath || written.starts_with('$')) return std::nullopt;
    Entry entry;
    entry.wrapped = url->helm_secrets();
    const auto found = entry.wrapped || !HasGlob(url->path)
                           ? files_.Locate(query_.app_dir, url->path)
                           : std::nullopt;
    if (found) {
      entry.paths = {found->path};
    } else if (HasGlob(url->path)) {
      const auto matches = ExpandGlob(query_.root, query_.app_dir, url->path, query_.budget);
      if (!matches) {
        if (matches.error().code == Code::kNoRoom) lack_ = matches.error();
        return std::nullopt;
      }
      entry.glob = true;
      for (const GlobMatch& match : *matches) entry.paths.push_back(match.path);
    }
    if (entry.paths.empty() && !ignore_missing && !url->optional) return std::nullopt;
    return entry;
  }

  // In the order in which helm is given them: each once, a file that is named keeps its place.
  std::optional<HelmValue> ValueFiles() {
    const auto ignore_missing = query_.parameters.Bool("ignoreMissingValueFiles", false);
    if (!ignore_missing) return std::nullopt;
    std::vector<Entry> entries;
    std::set<std::string> named;
    for (const std::string& written : query_.parameters.Array("valueFiles")) {
      auto entry = Resolve(written, *ignore_missing);
      if (!entry) return std::nullopt;
      if (!entry->glob) named.insert(entry->paths.begin(), entry->paths.end());
      entries.push_back(*std::move(entry));
    }
    HelmValue values;
    std::set<std::string> seen;
    for (const Entry& entry : entries) {
      for (const std::string& path : entry.paths) {
        const bool again = (entry.glob && named.contains(path)) || !seen.insert(path).second;
        if (again && entry.wrapped) return std::nullopt;  // helm may be given it twice
        if (again) continue;
        const auto file = File(path);
        if (!file) return std::nullopt;
        values = HelmValue::Merge(std::move(values), *file);
      }
    }
    return values;
  }

  const HelmDefaultsQuery& query_;
  PlainFiles files_;
  std::optional<Error> lack_;
};

}  // namespace

Result<std::optional<HelmDefaults>> FindHelmDefaults(const HelmDefaultsQuery& query) {
  std::optional<HelmDefaults> defaults;
  ValueReader reader(query);
  const auto values = reader.Read();
  if (reader.lack()) return Fail(*reader.lack());
  if (!values) return defaults;
  defaults.emplace();
  if (!Flattener(*defaults).Add(*values, "", 0, false)) defaults.reset();
  return defaults;
}

}  // namespace acd::render
