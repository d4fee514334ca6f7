#include "plugin/ksops/local_opener.h"

#include <utility>

#include "decrypt/decrypt.h"
#include "plugin/workspace/workspace.h"

namespace acd::ksops {

Result<SecretBytes> LocalOpener::Decrypt(const std::string& path) {
  ACD_TRY(const SecretBytes content, workspace::ReadFile(path, Limits().max_document_bytes));
  DecryptOptions options;
  options.input = sops::FormatForPath(path);
  options.output = options.input;
  keys::Requester requester;
  requester.file = path;
  requester.purpose = "ksops";
  auto plaintext = DecryptDocument(Content::Lasting(content), options, keys_, requester);
  if (!plaintext) return Fail(std::move(plaintext).error().With(path));
  return std::move(plaintext->text);
}

}  // namespace acd::ksops
