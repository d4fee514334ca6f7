#include "plugin/commands/tool_guard_policy.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

namespace acd::commands {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxChartEntries = 50'000;

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return text;
}

bool HasScheme(const std::string& address, std::initializer_list<std::string_view> schemes) {
  const std::string lower = Lower(address);
  return std::any_of(schemes.begin(), schemes.end(), [&](std::string_view scheme) {
    return lower.size() > scheme.size() && lower.starts_with(scheme) && lower[scheme.size()] != '-';
  });
}

// `user@host:path` or `github.com:path`: what git, too, takes for ssh.
bool IsScpAddress(const std::string& address) {
  const std::size_t colon = address.find(':');
  if (colon == std::string::npos || colon == 0 || address.find('/') < colon) return false;
  const std::size_t at = address.find('@');
  const std::string_view host =
      std::string_view(address).substr(0, colon).substr(at < colon ? at + 1 : 0);
  return !host.empty() && host.front() != '-' && address.front() != '-' &&
         address.compare(colon, 2, "::") != 0 && address.compare(colon, 3, "://") != 0;
}

Failure Refuse(const std::string& what, const char* why) {
  return Fail(Code::kInvalidInput, what + ": " + why);
}

Result<Words> Unknown(const char* tool, const Words& args) {
  const std::string name = args.empty() ? "no command" : args[0].substr(0, 40);
  return Refuse(name, (std::string("not a call of ") + tool + " that kustomize makes").c_str());
}

Status CheckGitAddress(const std::string& address) {
  if (HasScheme(address, {"https://", "http://", "ssh://"}) || IsScpAddress(address)) return {};
  return Refuse("git " + address, "not a remote repository");
}

// helm's own arguments, taken one after another.
class Arguments {
 public:
  explicit Arguments(const Words& words) : words_(words) {}
  bool done() const { return next_ == words_.size(); }
  bool Take(std::string_view word) {
    if (done() || words_[next_] != word) return false;
    ++next_;
    return true;
  }
  Result<std::string> Value(const char* what) {
    if (done()) return Refuse(what, "missing");
    return words_[next_++];
  }

 private:
  const Words& words_;
  std::size_t next_ = 0;
};

Result<std::string> Name(Arguments& args, const char* what) {
  auto name = args.Value(what);
  const bool bad = name && (name->empty() || name->front() == '-');
  if (bad) return Refuse(what, "begins with a hyphen, or is empty");
  return name;
}

// helm follows every symlink below a chart.
Status CheckChart(const std::string& chart, const IsInside& inside) {
  if (!chart.starts_with('/') || !inside(chart)) return Refuse("chart", "leaves the repository");
  std::size_t entries = 0;
  std::error_code error;
  fs::recursive_directory_iterator it(chart, error);
  for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    if (++entries > kMaxChartEntries) return Refuse("chart", "too many files");
    std::error_code ignored;
    if (it->is_symlink(ignored) && !inside(it->path().native())) {
      return Refuse("chart: " + it->path().filename().native(), "a symlink leaves the repository");
    }
  }
  return error ? Refuse("chart", "cannot be read") : Status();
}

Status CheckValues(const std::string& file, const IsInside& inside) {
  // helm splits at commas, as in a line of CSV.
  if (file.find_first_of(",\"\r\n") != std::string::npos) {
    return Refuse("value file", "has a comma, a quote or a line break in its path");
  }
  if (!file.starts_with('/') || !inside(file)) return Refuse("value file", "leaves the repository");
  return {};
}

Result<Words> Template(Arguments& args, const IsInside& inside) {
  Words out = {"template"};
  if (args.Take("--generate-name")) {
    out.emplace_back("--generate-name");
  } else {
    ACD_TRY(std::string name, Name(args, "releaseName"));
    out.push_back(std::move(name));
  }
  ACD_TRY(std::string chart, args.Value("chart"));
  ACD_CHECK(CheckChart(chart, inside));
  out.push_back(std::move(chart));
  while (!args.done()) {
    ACD_TRY(const std::string flag, args.Value("option"));
    if (flag == "--debug") continue;
    const bool alone = flag == "--include-crds" || flag == "--skip-tests" || flag == "--no-hooks" ||
                       flag == "--devel";
    if (alone) {
      out.push_back(flag);
      continue;
    }
    const bool known = flag == "--namespace" || flag == "--name-template" || flag == "-f" ||
                       flag == "--api-versions" || flag == "--kube-version";
    if (!known) return Refuse("helm template", "not an option that kustomize gives");
    ACD_TRY(std::string value, args.Value(flag.c_str()));
    if (flag == "-f") ACD_CHECK(CheckValues(value, inside));
    // In one word: a value that looks like an option is no option.
    out.push_back((flag == "-f" ? "--values" : flag) + "=" + value);
  }
  return out;
}

Result<Words> Pull(Arguments& args, const IsInside& inside) {
  Words out = {"pull", "--untar"};
  ACD_TRY(const std::string folder, args.Value("--untardir"));
  if (!folder.starts_with('/') || !inside(folder)) {
    return Refuse("chartHome", "leaves the repository");
  }
  out.push_back("--untardir=" + folder);
  const bool has_repo = args.Take("--repo");
  if (has_repo) {
    ACD_TRY(const std::string repo, args.Value("--repo"));
    if (!HasScheme(repo, {"https://", "http://"})) {
      return Refuse("chart repository", "must be an https, http or oci address");
    }
    out.push_back("--repo=" + repo);
  }
  ACD_TRY(std::string chart, Name(args, "chart"));
  if (!has_repo && !HasScheme(chart, {"oci://"})) {
    return Refuse("chart repository", "must be an https, http or oci address");
  }
  out.push_back(std::move(chart));
  if (args.Take("--version")) {
    ACD_TRY(const std::string version, args.Value("--version"));
    out.push_back("--version=" + version);
  }
  if (args.Take("--devel")) out.emplace_back("--devel");
  if (!args.done()) return Refuse("helm pull", "not an option that kustomize gives");
  return out;
}

}  // namespace

Result<Words> GuardGit(const Words& args) {
  // Hooks of a submodule's making would run at its checkout (CVE-2024-32002 and its kin).
  Words out = {"-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false",
               "-c", "protocol.ext.allow=never"};
  const auto all = [&](std::initializer_list<const char*> words) {
    out.insert(out.end(), words.begin(), words.end());
    return out;
  };
  if (args == Words{"init"}) return all({"init"});
  if (args == Words{"checkout", "FETCH_HEAD"}) return all({"checkout", "FETCH_HEAD"});
  if (args == Words{"submodule", "update", "--init", "--recursive"}) {
    return all({"submodule", "update", "--init", "--recursive"});
  }
  if (args.size() == 4 && args[0] == "remote" && args[1] == "add" && args[2] == "origin") {
    ACD_CHECK(CheckGitAddress(args[3]));
    return all({"remote", "add", "--", "origin", args[3].c_str()});
  }
  if (args.size() == 4 && args[0] == "fetch" && args[1] == "--depth=1") {
    ACD_CHECK(CheckGitAddress(args[2]));
    if (args[3].empty() || args[3].front() == '-') {
      return Refuse("git ref " + args[3], "begins with a hyphen, or is empty");
    }
    return all({"fetch", "--depth=1", "--end-of-options", args[2].c_str(), args[3].c_str()});
  }
  return Unknown("git", args);
}

Result<Words> GuardHelm(const Words& args, const IsInside& inside) {
  Arguments rest(args);
  if (rest.Take("template")) return Template(rest, inside);
  if (rest.Take("pull") && rest.Take("--untar") && rest.Take("--untardir")) {
    return Pull(rest, inside);
  }
  return Unknown("helm", args);
}

bool AsksVersion(const Words& args) { return args == Words{"version", "-c", "--short"}; }

}  // namespace acd::commands
