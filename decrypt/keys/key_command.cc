#include "decrypt/keys/key_command.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace acd::keys {
namespace {

constexpr std::chrono::milliseconds kLimit{60'000};  // somebody may have to touch a token
constexpr std::size_t kMaxOutput = 16U << 20U;       // as a key file
constexpr std::string_view kSpace = " \t\r\n";

/// One word at the front of `rest`, which begins with no white space.
Result<std::string> TakeWord(std::string_view& rest) {
  std::string word;
  char quote = 0;
  for (; !rest.empty(); rest.remove_prefix(1)) {
    const char c = rest.front();
    if (quote == 0 && kSpace.find(c) != std::string_view::npos) return word;
    if (c == '\\' && quote != '\'') {
      rest.remove_prefix(1);
      if (rest.empty()) return Fail(Code::kInvalidInput, "EOF found after escape character");
      word += rest.front();
    } else if (quote != 0 ? c == quote : c == '"' || c == '\'') {
      quote = quote != 0 ? '\0' : c;
    } else {
      word += c;
    }
  }
  if (quote != 0) return Fail(Code::kInvalidInput, "EOF found when expecting closing quote");
  return word;
}

}  // namespace

Result<std::vector<std::string>> SplitWords(std::string_view line) {
  std::vector<std::string> words;
  for (;;) {
    line.remove_prefix(std::min(line.find_first_not_of(kSpace), line.size()));
    if (line.empty()) return words;
    if (line.front() == '#') {
      line.remove_prefix(std::min(line.find('\n'), line.size()));
      continue;
    }
    ACD_TRY(std::string word, TakeWord(line));
    words.push_back(std::move(word));
  }
}

Result<SecretBytes> RunKeyCommand(const KeySources::Command& command, const KeyTools& tools,
                                  const std::string& recipient, const Check& check) {
  if (!tools.programs) return Fail(Code::kUnsupported, command.variable + ": not run here");
  auto words = SplitWords(command.line);
  if (!words) {
    return Fail(std::move(words).error().With("failed to parse command in " + command.variable));
  }
  if (words->empty()) return Fail(Code::kInvalidInput, command.variable + ": no command in it");
  const std::string failed = "failed to execute command in " + command.variable;
  auto path = tools.programs->Find(words->front(), tools.path);
  // Its name is not shown: people put a key there, too.
  if (!path) return Fail(path.error().code, failed + ": its program is not on the PATH");
  Program program;
  program.path = std::move(*path);
  program.args.assign(std::make_move_iterator(words->begin() + 1),
                      std::make_move_iterator(words->end()));
  program.environment = tools.environment;
  program.environment["SOPS_AGE_RECIPIENT"] = recipient;
  program.directory = tools.directory;
  program.limit = kLimit;
  program.check = check;
  program.max_output_bytes = kMaxOutput;
  auto end = tools.programs->Run(program);
  if (!end) return Fail(std::move(end).error().With(failed));
  if (end->exit_code != 0) {
    return Fail(Code::kToolFailed, failed + ": exit status " + std::to_string(end->exit_code));
  }
  return std::move(end->out);
}

}  // namespace acd::keys
