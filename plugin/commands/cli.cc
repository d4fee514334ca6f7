#include "plugin/commands/cli.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <sstream>
#include <string_view>
#include <utility>

namespace acd::commands {
namespace {

constexpr std::size_t kTextColumn = 30;
constexpr std::size_t kWidth = 100;

// `text` from the column kTextColumn on, words wrapped. `used`: where the line stands already.
std::string Wrapped(const std::string& text, std::size_t used) {
  std::string out;
  std::size_t column = used;
  const auto start_line = [&] {
    out += column >= kTextColumn ? "\n" + std::string(kTextColumn, ' ')
                                 : std::string(kTextColumn - column, ' ');
    column = kTextColumn;
  };
  start_line();
  std::istringstream words(text);
  for (std::string word; words >> word; column += word.size()) {
    if (column > kTextColumn && column + 1 + word.size() > kWidth) start_line();
    if (column > kTextColumn) {
      out += ' ';
      ++column;
    }
    out += word;
  }
  return out + "\n";
}

/// CLI11's own, without types and ranges, the variable and the default behind the description.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    const bool value = !is_positional && option->get_items_expected_max() > 0;
    const std::string name =
        "  " + make_option_name(option, is_positional) + (value ? " VALUE" : "");
    std::string text = option->get_description();
    const std::string fallback = value ? option->get_default_str() : std::string();
    if (!option->get_envname().empty()) {
      text +=
          " [" + option->get_envname() + (fallback.empty() ? "" : ", default " + fallback) + "]";
    } else if (!fallback.empty()) {
      text += " [default " + fallback + "]";
    }
    return name + Wrapped(text, name.size());
  }
};

// Somebody may have typed a key where the name of its file belongs.
std::string WithoutKeys(std::string text) {
  constexpr std::size_t kShortest = 16;
  const auto in_key = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  std::string upper = text;
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  for (const std::string_view prefix : {"AGE-SECRET-KEY-", "AGE-PLUGIN-"}) {
    for (std::size_t at = 0; (at = upper.find(prefix, at)) != std::string::npos;) {
      at += prefix.size();
      const auto end =
          std::find_if_not(upper.begin() + static_cast<std::ptrdiff_t>(at), upper.end(), in_key);
      const auto size = static_cast<std::size_t>(end - upper.begin()) - at;
      if (size < kShortest) continue;
      text.replace(at, size, "(not shown)");
      upper.replace(at, size, "(NOT SHOWN)");
    }
  }
  return text;
}

// First what is wrong, and of which command.
std::string WrongUsage(const CLI::App* app, const CLI::Error& error) {
  return app->get_name() + ": " + WithoutKeys(error.what()) + "\nhint: `" + app->get_name() +
         " --help` lists what it takes\n";
}

std::string WhatIsWrong(CLI::Option& option, std::string value) {
  try {
    for (int i = 0;; ++i) {
      std::string words = (*option.get_validator(i))(value);
      if (!words.empty()) return words;
    }
  } catch (const CLI::OptionNotFound&) {  // no more checks: it could not even be read
    return "not a value for " + option.get_name();
  }
}

// A variable whose value fails the option's check is an error, as the same flag would be: trixie's
// CLI11 takes the default instead, without a word.
void RefuseIgnoredVariables(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    if (option->count() != 0 || option->get_envname().empty()) continue;
    std::string value = EnvironmentOr(option->get_envname().c_str(), "");
    if (value.empty()) continue;
    throw CLI::ValidationError(option->get_envname(), WhatIsWrong(*option, std::move(value)));
  }
}

}  // namespace

std::optional<int> ParseArguments(CLI::App& app, std::span<char*> args) {
  app.formatter(std::make_shared<HelpFormatter>());
  app.failure_message(WrongUsage);
  app.get_help_ptr()->description("print this help");
  try {
    app.parse(static_cast<int>(args.size()), args.data());
    RefuseIgnoredVariables(app);
    return std::nullopt;
  } catch (const CLI::ParseError& stop) {
    const int code = app.exit(stop, std::cout, std::cerr);
    return code == 0 ? kDone : kWrongUsage;
  }
}

int ReportFailure(const std::string& command, const Error& error) {
  std::string text = "argocd-decrypt " + command + ": " + error.message + "\n";
  if (!error.hint.empty()) text += "hint: " + error.hint + "\n";
  std::fputs(WithoutKeys(std::move(text)).c_str(), stderr);
  return kFailed;
}

std::string EnvironmentOr(const char* name, const std::string& fallback) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : fallback;
}

}  // namespace acd::commands
