#include "plugin/render/kustomize_options.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace acd::render {
namespace {

enum class Value { kNone, kBool, kText };

struct Option {
  std::string_view name;
  Value value;
  const char* refused;  ///< why; null: allowed
};

constexpr auto kOptions = std::to_array<Option>({
    {"--enable-helm", Value::kBool, nullptr},
    {"--enable-alpha-plugins", Value::kBool, nullptr},
    {"--enable-exec", Value::kBool, nullptr},
    {"--enable-managedby-label", Value::kBool, nullptr},
    {"--load-restrictor", Value::kText, nullptr},
    {"--reorder", Value::kText, nullptr},
    {"--helm-kube-version", Value::kText, nullptr},
    {"--helm-api-versions", Value::kText, nullptr},
    {"--helm-command", Value::kText, "it names a program to run; --helm does that, of the server"},
    {"--helm-debug", Value::kBool, "it would put rendered templates into error messages"},
    {"--mount", Value::kText, "containers do not run here"},
    {"--network", Value::kBool, "containers do not run here"},
    {"--network-name", Value::kText, "containers do not run here"},
    {"--as-current-user", Value::kBool, "containers do not run here"},
    {"--env", Value::kText, "it hands variables to programs of the repository"},
    {"-e", Value::kText, "it hands variables to programs of the repository"},
    {"--output", Value::kText, "the manifests are the answer"},
    {"-o", Value::kText, "the manifests are the answer"},
    {"--enable-star", Value::kBool, "Starlark functions do not run here"},
});

// As Go's strings.Fields, for ASCII.
std::vector<std::string> Words(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  std::vector<std::string> words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.find_first_of(kBlanks), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

std::string Shown(const std::string& word) {
  const bool plain = word.size() <= 64 && std::all_of(word.begin(), word.end(),
                                                      [](char c) { return c > ' ' && c < 0x7f; });
  return plain ? word : "(not a word)";
}

class Reader {
 public:
  Reader(std::string_view text, const std::string& source) : words_(Words(text)), source_(source) {}

  Result<BuildOptions> Read() {
    while (next_ < words_.size()) ACD_CHECK(One(words_[next_++]));
    return std::move(options_);
  }

 private:
  Failure Refuse(const std::string& name, const std::string& why) const {
    return Fail(Code::kInvalidInput, source_ + ": " + Shown(name) + ": " + why, kAllowed);
  }

  Status One(const std::string& word) {
    if (!word.starts_with('-') || word == "--" || word == "-") {
      return Refuse(word, "not an option; the folder to build is the application's");
    }
    const std::size_t equals = word.find('=');
    // Of a short option the value may follow at once.
    const std::string name = word.starts_with("--") ? word.substr(0, equals) : word.substr(0, 2);
    const auto* option = std::find_if(kOptions.begin(), kOptions.end(),
                                      [&](const Option& known) { return known.name == name; });
    if (option == kOptions.end()) return Refuse(name, "not an option that may be set here");
    if (option->refused != nullptr) {
      return Refuse(name, std::string("not allowed: ") + option->refused);
    }
    std::optional<std::string> value;
    if (equals != std::string::npos) value = word.substr(equals + 1);
    return option->value == Value::kBool ? Switch(name, value) : Text(name, std::move(value));
  }

  // pflag takes a value only behind `=`.
  Status Switch(const std::string& name, const std::optional<std::string>& value) {
    constexpr std::array<std::string_view, 6> kTrue = {"1", "t", "T", "true", "TRUE", "True"};
    constexpr std::array<std::string_view, 6> kFalse = {"0", "f", "F", "false", "FALSE", "False"};
    const std::string_view text = value ? std::string_view(*value) : "true";
    const bool on = std::find(kTrue.begin(), kTrue.end(), text) != kTrue.end();
    if (!on && std::find(kFalse.begin(), kFalse.end(), text) == kFalse.end()) {
      return Refuse(name, "must be true or false");
    }
    if (name == "--enable-helm") options_.enable_helm = on;
    if (name == "--enable-alpha-plugins") options_.enable_plugins = on;
    // --enable-exec: only ksops is ever executed, and gets this option by itself.
    if (name == "--enable-managedby-label" && on) options_.args.push_back(name);
    return {};
  }

  Status Text(const std::string& name, std::optional<std::string> value) {
    if (!value) {
      if (next_ == words_.size()) return Refuse(name, "needs a value");
      value = words_[next_++];
    }
    if (name == "--load-restrictor") {
      ACD_CHECK(OneOf(name, *value, {"LoadRestrictionsRootOnly", "LoadRestrictionsNone"}));
      options_.load_anywhere = *value == "LoadRestrictionsNone";
    }
    if (name == "--reorder") ACD_CHECK(OneOf(name, *value, {"legacy", "none"}));
    options_.args.push_back(name + "=" + *value);
    return {};
  }

  Status OneOf(const std::string& name, const std::string& value,
               std::initializer_list<std::string_view> values) const {
    std::string known;
    for (const std::string_view one : values) {
      if (one == value) return {};
      known += (known.empty() ? "" : " or ") + std::string(one);
    }
    return Refuse(name, "must be " + known);
  }

  static constexpr const char* kAllowed =
      "allowed: --enable-helm, --load-restrictor, --reorder, --enable-managedby-label, "
      "--helm-kube-version, --helm-api-versions, --enable-alpha-plugins, --enable-exec";

  const std::vector<std::string> words_;
  const std::string& source_;
  std::size_t next_ = 0;
  BuildOptions options_;
};

// Linux allows 128 KiB for one argument, and some 2 MiB for all of them with the environment.
constexpr std::size_t kManyBytes = 64U << 10U;
constexpr std::size_t kMaxArgument = 64U << 10U;

bool MayBeJoined(const std::string& version) {
  return std::all_of(version.begin(), version.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '/' || c == '-' || c == '_';
  });
}

}  // namespace

Result<BuildOptions> ReadBuildOptions(std::string_view text, const std::string& source) {
  return Reader(text, source).Read();
}

std::vector<std::string> ClusterArguments(const std::string& kube_version,
                                          const std::vector<std::string>& api_versions) {
  std::vector<std::string> args;
  if (!kube_version.empty()) args.push_back("--helm-kube-version=" + kube_version);
  std::size_t bytes = 0;
  for (const std::string& version : api_versions) bytes += version.size() + 1;
  const bool join = bytes > kManyBytes;
  std::string joined;
  const auto flush = [&] {
    if (!joined.empty()) args.push_back("--helm-api-versions=" + joined);
    joined.clear();
  };
  for (const std::string& version : api_versions) {
    const bool alone = !join || !MayBeJoined(version);
    if (alone || joined.size() + version.size() > kMaxArgument) flush();
    joined += (joined.empty() ? "" : ",") + version;
    if (alone) flush();
  }
  flush();
  return args;
}

}  // namespace acd::render
