#include "plugin/commands/age_command.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decrypt/age/decryptor.h"
#include "decrypt/age/identity_file.h"
#include "decrypt/age/scrypt.h"
#include "decrypt/base/limits.h"
#include "decrypt/base/unique_fd.h"
#include "plugin/commands/cli.h"
#include "plugin/commands/engine_options.h"
#include "plugin/commands/input.h"
#include "plugin/commands/key_setup.h"
#include "plugin/commands/output_file.h"
#include "plugin/commands/passphrase.h"
#include "plugin/commands/plugin_dialog.h"

namespace acd::commands {
namespace {

constexpr const char* kCommand = "age";

struct Arguments {
  bool decrypt = false;
  std::vector<std::string> identities;
  std::string plugins;
  std::string output;
  std::string file = "-";
};

// No more than the machine has: a file says how much memory its passphrase takes.
age::ScryptLimits MemoryOfThisMachine() {
  age::ScryptLimits limits;
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page_bytes = ::sysconf(_SC_PAGESIZE);
  if (pages > 0 && page_bytes > 0) {
    limits.max_memory_bytes =
        std::min(limits.max_memory_bytes,
                 static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page_bytes));
  }
  return limits;
}

/// The identities of the key files; bad lines become warnings on standard error.
Result<age::Identities> ReadIdentities(const Arguments& arguments, const Limits& limits,
                                       const std::shared_ptr<const age::PluginLauncher>& plugins,
                                       const PassphraseSource& passphrase) {
  age::Identities all;
  const auto dialog = MakePluginDialog();
  for (const std::string& path : arguments.identities) {
    ACD_TRY(const SecretBytes content, ReadInput(path, limits.max_identity_file_bytes));
    age::IdentityOptions options;
    options.plugins = plugins;
    options.responder = dialog;
    options.scrypt = MemoryOfThisMachine();
    options.passphrase = [&] {
      return passphrase.Get("Enter passphrase for identity file \"" + path + "\":");
    };
    const auto parsed =
        age::ParseIdentityFile(content.ExposeText(), age::KeyLayout::kOnePerLine, options);
    for (const std::string& warning : parsed.warnings) {
      std::fputs(("argocd-decrypt age: warning: " + path + ": " + warning + "\n").c_str(), stderr);
    }
    all.AddAll(parsed.identities);
  }
  if (all.empty()) return Fail(Code::kInvalidInput, "no identities found in the key files");
  return all;
}

bool AreSameFile(const std::string& a, const std::string& b) {
  struct stat first = {};
  struct stat second = {};
  return ::stat(a.c_str(), &first) == 0 && ::stat(b.c_str(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino && S_ISREG(first.st_mode);
}

Status CheckFiles(const Arguments& arguments) {
  const auto& keys = arguments.identities;
  if ((arguments.file == "-") + std::count(keys.begin(), keys.end(), "-") > 1) {
    return Fail(Code::kInvalidInput, "standard input is used for more than one thing");
  }
  std::vector<std::string> inputs = keys;
  inputs.push_back(arguments.file);
  for (const std::string& input : inputs) {
    if (!arguments.output.empty() && AreSameFile(input, arguments.output)) {
      return Fail(Code::kInvalidInput, "input and output are the same file: " + input);
    }
  }
  return {};
}

// What a terminal would act upon: control characters, those of UTF-8 and lone ones included.
bool IsBinary(std::span<const std::uint8_t> bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::uint8_t byte = bytes[i];
    const bool harmless = byte == '\n' || byte == '\r' || byte == '\t';
    if ((byte < 32 && !harmless) || byte == 127) return true;
    if (byte == 0xC2 && i + 1 < bytes.size() && bytes[i + 1] < 0xA0) return true;
  }
  return false;
}

age::WriteBytes WriterTo(OutputFile& output, bool guard_terminal) {
  return [&output, guard_terminal](std::span<const std::uint8_t> bytes) -> Status {
    if (guard_terminal && IsBinary(bytes)) {
      return Fail(Code::kInvalidInput, "the result is binary, which a terminal should not get",
                  "name a file with -o FILE, or force it with -o -");
    }
    return output.Write(bytes);
  };
}

Status Decrypt(const Arguments& arguments, OutputFile& output) {
  const Limits limits;
  ACD_CHECK(CheckFiles(arguments));
  ACD_TRY(const auto plugins, MakeAgePlugins(arguments.plugins));
  const PassphraseSource passphrase("AGE_PASSPHRASE");
  age::Identities identities;
  if (arguments.identities.empty()) {
    identities.Add(std::make_shared<age::ScryptIdentity>(
        [&] { return passphrase.Get("Enter passphrase:"); }, MemoryOfThisMachine()));
  } else {
    ACD_TRY(identities, ReadIdentities(arguments, limits, plugins, passphrase));
  }
  ACD_TRY(const UniqueFd input, OpenInput(arguments.file));
  const bool guard = arguments.output.empty() && ::isatty(STDOUT_FILENO) == 1;
  const auto read = [&](std::span<std::uint8_t> out) -> Result<std::size_t> {
    auto got = ReadSome(input.get(), out);
    if (!got) return Fail(std::move(got).error().With(arguments.file));
    return got;
  };
  ACD_CHECK(age::DecryptStream(read, WriterTo(output, guard), identities, limits));
  return output.Finish();
}

int Report(const Arguments& arguments, const OutputFile& output, Error error) {
  if (error.code == Code::kNoMatchingKey && arguments.identities.empty() &&
      error.message.find("passphrase") == std::string::npos) {
    error.message = "the file is not encrypted with a passphrase, so identities are needed";
    error.hint = "name key files with -i KEYFILE";
  }
  if (output.is_standard() && output.has_written()) {
    error.message += "; what was printed is only a part";
  }
  return ReportFailure(kCommand, error);
}

}  // namespace

int RunAge(std::span<char*> args) {
  Arguments arguments;
  CLI::App app("Decrypts an age file, binary or armored, of any size in constant memory.",
               "argocd-decrypt age");
  app.add_flag("-d,--decrypt", arguments.decrypt, "decrypt, which is all it does")->required();
  app.add_option(
         "-i,--identity", arguments.identities,
         "a key file: age keys, or an SSH private key without a passphrase; may itself be an "
         "age file encrypted with a passphrase; - for standard input; can be repeated. Without "
         "any, the file must be "
         "encrypted with a passphrase")
      ->allow_extra_args(false);
  AddSetting(app, "age-plugins", arguments.plugins,
             "age plugins that may be started, separated by commas: yubikey for "
             "age-plugin-yubikey; what they ask, they ask at the terminal");
  app.add_option("-o,--output", arguments.output,
                 "write there instead of to standard output. The file appears when it is whole");
  app.add_option("FILE", arguments.file, "an age file; - for standard input");
  app.footer(
      "Passphrase: AGE_PASSPHRASE, else the terminal is asked.\n"
      "Example: argocd-decrypt age -d -i keys.txt backup.tar.age | tar -x\n"
      "On failure part of the result may have been printed: a pipe must look at the exit code.\n"
      "Exit codes: 0 done, 1 failed, 2 wrong usage.");
  if (const auto code = ParseArguments(app, args)) return *code;
  OutputFile output(arguments.output);
  if (Status status = Decrypt(arguments, output); !status) {
    return Report(arguments, output, std::move(status).error());
  }
  return kDone;
}

}  // namespace acd::commands
