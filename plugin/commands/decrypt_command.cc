#include "plugin/commands/decrypt_command.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decrypt/base/system_failure.h"
#include "decrypt/base/unique_fd.h"
#include "decrypt/decrypt.h"
#include "decrypt/sops/extract.h"
#include "plugin/commands/cli.h"
#include "plugin/commands/engine_options.h"
#include "plugin/commands/input.h"
#include "plugin/commands/key_setup.h"
#include "plugin/commands/output_file.h"

namespace acd::commands {
namespace {

/// sops's exit codes (cmd/sops/codes) that can occur here.
enum SopsExit : int {
  kGeneric = 1,
  kCouldNotReadInput = 2,
  kErrorDumpingTree = 4,
  kErrorDecryptingTree = 25,
  kMacMismatch = 51,
  kInvalidTreePath = 91,
  kNoFileSpecified = 100,
  kDuplicateKeyType = 112,
  kCouldNotRetrieveKey = 128,
};

struct Arguments {
  std::string file;
  std::string input_type;
  std::string output_type;
  std::string extract;
  std::string filename_override;
  std::string decryption_order;
  int indent = -1;
  bool ignore_mac = false;
  KeySetup keys;
};

/// An error with the exit code that goes with it.
struct Failed {
  Error error;
  int exit_code;
};

int ExitCode(Stage stage) {
  switch (stage) {
    case Stage::kNone:
    case Stage::kRead:
      return kGeneric;
    case Stage::kDataKey:
      return kCouldNotRetrieveKey;
    case Stage::kTree:
      return kErrorDecryptingTree;
    case Stage::kMac:
      return kMacMismatch;
    case Stage::kEmit:
      return kErrorDumpingTree;
  }
  return kGeneric;
}

int Report(Failed failed) {
  ReportFailure("decrypt", failed.error);
  return failed.exit_code;
}

/// The whole input. A pipe or a device is fine.
Result<SecretBytes> ReadAll(int fd, std::size_t max_bytes) {
  auto content = ReadWhole(fd, max_bytes);
  if (content) return content;
  Error error = std::move(content).error().With("Error reading file");
  return Fail(std::move(error).Hint(error.code == Code::kLimitExceeded
                                        ? "an encrypted file is held in memory: split it"
                                        : "it must be a file that this user may read"));
}

bool IsStdin(const Arguments& arguments) { return arguments.file == "-"; }

/// Opens the input; sops has a code of its own for a file that is not there.
Result<UniqueFd> OpenInput(const Arguments& arguments, int& exit_code) {
  exit_code = kNoFileSpecified;
  if (arguments.file.empty()) {
    return Fail(Code::kNotFound, "no file specified", "`-` reads from standard input");
  }
  if (IsStdin(arguments)) {
    exit_code = kCouldNotReadInput;
    auto input = commands::OpenInput(arguments.file);
    if (!input) return Fail(std::move(input).error().With("Error reading file"));
    return input;
  }
  const int fd = ::open(arguments.file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd >= 0) return UniqueFd(fd);
  if (errno == ENOENT) {
    return Fail(Code::kNotFound, "cannot operate on non-existent file \"" + arguments.file + "\"",
                "a path counts from the current folder");
  }
  exit_code = kCouldNotReadInput;
  return SystemFailure("Error reading file", errno, "it must be a file that this user may read");
}

/// A format by its word, else by the file's name; like sops, also when the word is none, but not
/// without saying so.
sops::Format PickFormat(const std::string& option, const std::string& word, sops::Format fallback) {
  if (word.empty()) return fallback;
  if (const auto format = sops::FormatFromName(word)) return *format;
  const std::string text = "argocd-decrypt decrypt: unknown " + option + " \"" + word +
                           "\" (yaml, json, dotenv, ini or binary), taking " +
                           std::string(sops::FormatName(fallback)) + "\n";
  std::fputs(text.c_str(), stderr);
  return fallback;
}

Result<std::vector<std::string>> SplitOrder(std::string_view text) {
  std::vector<std::string> order;
  while (true) {
    const std::size_t comma = text.find(',');
    std::string word(text.substr(0, comma));
    if (std::find(order.begin(), order.end(), word) != order.end()) {
      return Fail(Code::kInvalidInput, "Duplicate decryption key type: " + word,
                  "name each type once in --decryption-order and SOPS_DECRYPTION_ORDER");
    }
    order.push_back(std::move(word));
    if (comma == std::string_view::npos) return order;
    text.remove_prefix(comma + 1);
  }
}

DecryptOptions MakeOptions(const Arguments& arguments) {
  DecryptOptions options;
  const std::string& name =
      arguments.filename_override.empty() ? arguments.file : arguments.filename_override;
  const sops::Format by_name = sops::FormatForPath(name);
  options.input = PickFormat("--input-type", arguments.input_type, by_name);
  // sops goes by the file's name here too, even when it was told the input's type. Standard input
  // has no name, so there the type that was told is the better guess.
  const bool named = !IsStdin(arguments) || !arguments.filename_override.empty();
  options.output =
      PickFormat("--output-type", arguments.output_type, named ? by_name : options.input);
  options.ignore_mac = arguments.ignore_mac;
  options.check_version = true;
  options.extract = arguments.extract;
  options.write.indent = arguments.indent;
  return options;
}

int Decrypt(const Arguments& arguments) {
  int open_failure = 0;
  auto input = OpenInput(arguments, open_failure);
  if (!input) return Report({std::move(input).error(), open_failure});
  DecryptOptions options = MakeOptions(arguments);
  if (!arguments.decryption_order.empty()) {
    auto order = SplitOrder(arguments.decryption_order);
    if (!order) return Report({std::move(order).error(), kDuplicateKeyType});
    options.decryption_order = std::move(*order);
  }
  if (auto path = sops::ParseTreePath(options.extract); !path) {
    return Report({std::move(path).error(), kInvalidTreePath});
  }
  const std::string shown = IsStdin(arguments) ? "standard input" : arguments.file;
  auto content = ReadAll(input->get(), options.limits.max_document_bytes);
  if (!content) return Report({std::move(content).error().With(shown), kCouldNotReadInput});

  const auto keys = MakeKeys(arguments.keys);
  if (!keys) return Report({keys.error(), kGeneric});
  keys::Requester requester;
  requester.file = arguments.file;
  requester.purpose = "command line";
  auto plaintext = DecryptDocument(Content::Lasting(*content), options, **keys, requester);
  if (!plaintext) {
    const int exit_code = ExitCode(plaintext.error().stage);
    Error error = std::move(plaintext).error().With(shown);
    return Report({std::move(error), exit_code});
  }
  auto written = PrintResult(plaintext->text.Expose());
  if (!written) return Report({std::move(written).error(), kGeneric});
  return kDone;
}

}  // namespace

int RunDecrypt(std::span<char*> args) {
  Arguments arguments;
  CLI::App app("Prints a SOPS file decrypted, as `sops -d` does, with sops's own exit codes.",
               "argocd-decrypt decrypt");
  app.add_option("FILE", arguments.file, "an encrypted file; - for standard input");
  app.add_option("--input-type", arguments.input_type,
                 "yaml, json, dotenv, ini or binary; else by the file's name");
  app.add_option("--output-type", arguments.output_type,
                 "yaml, json, dotenv, ini or binary; else by the file's name");
  app.add_option(
      "--extract", arguments.extract,
      "print only one value or branch of the first document, like '[\"data\"][\"key\"][0]'");
  app.add_flag("--ignore-mac", arguments.ignore_mac,
               "print the file even if it was changed after it was encrypted");
  app.add_option("--indent", arguments.indent, "columns of a level in YAML and JSON");
  app.add_option("--filename-override", arguments.filename_override,
                 "a file name to tell the types by, for standard input");
  app.add_option("--decryption-order", arguments.decryption_order,
                 "key types to try first, like age,pgp")
      ->envname("SOPS_DECRYPTION_ORDER");
  AddSetting(app, "age-plugins", arguments.keys.age_plugins,
             "age plugins that may be started, like yubikey,tpm");
  AddSetting(app, "workdir", arguments.keys.workdir,
             "folder in memory for a keyring of mounted PGP keys; default as for serve");
  AddSetting(app, "allow-disk-workdir", arguments.keys.allow_disk_workdir,
             "accept a work folder on a disk, private keys included");
  app.footer(
      "Keys, as in sops: SOPS_AGE_SSH_PRIVATE_KEY_FILE, SOPS_AGE_SSH_PRIVATE_KEY_CMD, "
      "~/.ssh/id_ed25519,\n~/.ssh/id_rsa, SOPS_AGE_KEY, SOPS_AGE_KEY_FILE, SOPS_AGE_KEY_CMD, "
      "~/.config/sops/age/keys.txt, gpg (or\n$SOPS_GPG_EXEC) with $GNUPGHOME; and all files in "
      "age/, ssh/ and pgp/ of "
      "$ARGOCD_DECRYPT_KEY_DIR.\n"
      "Example: SOPS_AGE_KEY_FILE=keys.txt argocd-decrypt decrypt secrets.yaml\n"
      "Exit codes: 0 done, 1 no SOPS file, 2 unreadable, 4 not printable in that format, 25 a "
      "value "
      "does not\ndecrypt, 51 MAC mismatch, 91 bad --extract, 100 no such file, 112 a key type "
      "twice, "
      "128 no key fits.");
  if (const auto code = ParseArguments(app, args)) return *code;
  return Decrypt(arguments);
}

}  // namespace acd::commands
