#include "decrypt/decrypt.h"

#include <string>
#include <utility>

#include "decrypt/base/openssl.h"
#include "decrypt/hints.h"
#include "decrypt/sops/data_key.h"
#include "decrypt/sops/detect.h"
#include "decrypt/sops/enc_value.h"
#include "decrypt/sops/extract.h"
#include "decrypt/sops/mac.h"
#include "decrypt/sops/metadata.h"
#include "decrypt/sops/metadata_layout.h"
#include "decrypt/sops/tree_walk.h"
#include "decrypt/sops/version.h"

namespace acd {
namespace {

/// `ACD_TRY` for a step whose errors say at which stage they happened, and what to do.
template <typename T>
Result<T> At(Stage stage, Result<T> result) {
  if (!result) return Fail(WithHint(std::move(result).error().At(stage)));
  return result;
}

/// The same for the steps that fail when the file is of another format than it was taken for: what
/// helps then, if it looks like one, is `format_hint`.
template <typename T>
Result<T> AtRead(std::string_view format_hint, Result<T> result) {
  if (!result && !format_hint.empty()) result.error().hint = format_hint;
  return At(Stage::kRead, std::move(result));
}

/// Takes the metadata out of the tree.
Result<sops::Metadata> TakeMetadata(std::vector<sops::Node>& documents, sops::Format format,
                                    const DecryptOptions& options) {
  ACD_TRY(sops::Metadata metadata, sops::ExtractMetadata(documents, format, options.limits));
  if (options.check_version) ACD_CHECK(sops::CheckVersion(metadata.version));
  return metadata;
}

/// The printing step, in sops's words.
Result<SecretBytes> Printed(std::string_view what, Result<SecretBytes> text) {
  if (text) return text;
  return Fail(WithHint(
      std::move(text).error().With("Error dumping " + std::string(what)).At(Stage::kEmit)));
}

Result<SecretBytes> PrintAll(const std::vector<sops::Node>& documents,
                             const DecryptOptions& options) {
  return Printed("file", sops::WriteStore(options.output, documents, options.write));
}

/// Prints what the path leads to, out of a tree that is of no use afterwards: a map as a file of
/// its own (further documents follow, as in sops), a string as it is, anything else as the format
/// prints a value.
Result<SecretBytes> PrintPart(std::vector<sops::Node> documents, const sops::TreePath& path,
                              sops::Format read_as, const DecryptOptions& options) {
  if (documents.empty()) return Fail(Code::kNotFound, "error truncating tree: no document");
  ACD_TRY(sops::Node * found, sops::Truncate(documents.front(), path));
  sops::Node part = std::move(*found);
  if (auto* text = part.As<SecretBytes>()) return std::move(*text).Owned();
  if (!part.Is<sops::Node::Map>()) {
    return Printed("tree",
                   sops::WriteStoreValue(options.output, std::move(part), read_as, options.write));
  }
  documents.front() = std::move(part);
  return PrintAll(documents, options);
}

}  // namespace

std::optional<SopsDocument> SopsDocument::Detect(const Content& content, sops::Format format,
                                                 const Limits& limits) {
  SecretBytes text;
  auto read = sops::ReadIfEncrypted(content, format, limits, &text);
  if (!read) return std::nullopt;
  return SopsDocument(content, std::move(text), format, *std::move(read));
}

SopsDocument SopsDocument::Read(const Content& content, sops::Format format, const Limits& limits) {
  SecretBytes text;
  auto read = sops::ReadStore(format, content, limits, &text);
  return SopsDocument(content, std::move(text), format, std::move(read));
}

SopsDocument::SopsDocument(const Content& content, SecretBytes text, sops::Format format,
                           Result<std::vector<sops::Node>> documents)
    : format_(format), text_(std::move(text)), documents_(std::move(documents)) {
  const bool has_metadata =
      documents_ && !documents_->empty() && sops::HasMetadataEntry(documents_->front(), format);
  if (!has_metadata) format_hint_ = FormatHint(content.bytes(), format);
}

Result<Plaintext> SopsDocument::Decrypt(const DecryptOptions& options, keys::KeyService& keys,
                                        const keys::Requester& requester) && {
  ACD_TRY(const sops::TreePath path, sops::ParseTreePath(options.extract));
  ACD_TRY(std::vector<sops::Node> documents, AtRead(format_hint_, std::move(documents_)));
  ACD_TRY(const sops::Metadata metadata,
          AtRead(format_hint_, TakeMetadata(documents, format_, options)));
  ACD_TRY(const SecretBytes data_key,
          At(Stage::kDataKey,
             sops::RecoverDataKey(metadata, options.decryption_order, keys, requester)));
  sops::ValueCipher cipher(data_key);
  sops::MacHash mac(metadata.mac_only_encrypted);
  ACD_TRY(const std::vector<sops::Node*> leaves,
          At(Stage::kTree, sops::DecryptTree(documents, metadata, cipher, mac)));
  if (!options.ignore_mac) {
    ACD_CHECK(At(Stage::kMac, sops::VerifyMac(metadata, cipher, mac.Finish())));
  }
  Plaintext plaintext;
  plaintext.values.reserve(leaves.size());
  if (path.empty()) {
    ACD_TRY(plaintext.text, PrintAll(documents, options));
    for (sops::Node* leaf : leaves) plaintext.values.push_back(sops::TakeText(*leaf));
  } else {
    for (const sops::Node* leaf : leaves) plaintext.values.push_back(sops::CopyText(*leaf));
    ACD_TRY(plaintext.text, PrintPart(std::move(documents), path, format_, options));
  }
  return plaintext;
}

void LoadCiphers() {
  constexpr std::size_t kDataKeySize = 32;
  AesGcm(kDataKeySize);
  Sha256();
  Sha512();
}

Result<Plaintext> DecryptDocument(const Content& content, const DecryptOptions& options,
                                  keys::KeyService& keys, const keys::Requester& requester) {
  return SopsDocument::Read(content, options.input, options.limits)
      .Decrypt(options, keys, requester);
}

}  // namespace acd
