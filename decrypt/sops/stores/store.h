#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "decrypt/base/content.h"
#include "decrypt/base/limits.h"
#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "decrypt/sops/tree.h"

namespace acd::sops {

/// A file format of sops. Spec: sops cmd/sops/formats.
enum class Format { kYaml, kJson, kDotenv, kIni, kBinary };

/// By suffix, case-sensitive: .yaml .yml .json .env .ini; everything else is binary.
Format FormatForPath(std::string_view path);
/// The first suffix of a format's files, ".yaml"; empty for binary, whose files have any other.
std::string_view SuffixOf(Format format);
/// "yaml", "json", "dotenv", "ini", "binary"; nullopt for any other word.
std::optional<Format> FormatFromName(std::string_view name);
std::string_view FormatName(Format format);

/// How a document is printed. `indent` < 0 is the store's default (YAML 4 spaces, JSON one tab).
struct WriteOptions {
  int indent = -1;
};

/// Reads every document of a file as a map, metadata still in it under `sops`. The texts of values
/// are not decrypted yet. Only YAML has more than one document.
/// Flat metadata (dotenv, INI) is left flat. Errors: kInvalidInput with sops's own words,
/// kLimitExceeded. Spec: sops stores/*/store.go, read by a fresh implementation.
/// `kept`: if given, texts in the tree may be views of what it holds afterwards, so that a long one
/// is not copied; it has to live as long as they do, and may be moved. `content` need not, unless
/// it lasts: then it is what they are views of.
Result<std::vector<Node>> ReadStore(Format format, const Content& content, const Limits& limits,
                                    SecretBytes* kept = nullptr);

/// Prints documents as `sops -d` would. The result is as secret as the tree.
/// Errors: kInvalidInput (the format cannot hold the tree; sops exits with 4).
Result<SecretBytes> WriteStore(Format format, const std::vector<Node>& documents,
                               const WriteOptions& options);

/// Prints one value that is neither a map nor a string, as `sops -d --extract` would: YAML with a
/// final newline, JSON without, INI as compact JSON. `read_as` is the format that the value's file
/// had: an empty map in it may look different for that. The result is as secret as the value.
/// Errors: kInvalidInput (the format has no single values; a comment); those of WriteStore.
Result<SecretBytes> WriteStoreValue(Format format, Node value, Format read_as,
                                    const WriteOptions& options);

}  // namespace acd::sops
