#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "decrypt/base/secret_bytes.h"

namespace acd::sops {

/// A comment, text after the `#`, verbatim. In an encrypted document: an ENC[...] text or plain.
struct Comment {
  SecretBytes text;
  /// It stands behind its leaf on the same line, although it comes before the leaf in the tree. A
  /// comment that has been decrypted stands on its own line, so decryption makes this false.
  bool is_inline = false;
};

/// A point in time in the form sops prints: RFC 3339, fraction trimmed, its own offset kept.
struct Timestamp {
  std::string rfc3339;

  /// Go reads offsets of a day and more, and prints them in YAML, but refuses to marshal them: a
  /// document with such a time can be neither hashed nor printed as JSON.
  bool IsMarshalable() const {
    return rfc3339.ends_with('Z') || rfc3339.size() < 6 ||
           rfc3339.compare(rfc3339.size() - 5, 2, "24") < 0;
  }
};

/// A scalar that the format can hold but sops refuses to walk (an integer above int64).
struct Unwalkable {
  std::string go_type;      ///< as in sops's error, "uint64"
  std::uint64_t value = 0;  ///< the metadata may be of this type where it is read weakly
};

struct Entry;

/// A node of a SOPS document: what every store reads into and writes from.
/// Map order and duplicate keys are kept. Strings may hold any bytes. Keys are never secret.
struct Node {
  using Null = std::monostate;
  using Map = std::vector<Entry>;
  using List = std::vector<Node>;
  using Value = std::variant<Null, bool, std::int64_t, double, SecretBytes, Timestamp, Comment,
                             Unwalkable, List, Map>;

  Node() = default;
  template <typename T>
  requires(!std::is_same_v<std::remove_cvref_t<T>, Node>) explicit Node(T held)
      : value(std::move(held)) {}

  template <typename T>
  bool Is() const {
    return std::holds_alternative<T>(value);
  }
  template <typename T>
  T* As() {
    return std::get_if<T>(&value);
  }
  template <typename T>
  const T* As() const {
    return std::get_if<T>(&value);
  }

  Value value;
};

/// A member of a map; or, when `value` is a Comment, a comment that stands before the next member
/// (`key` is then empty).
struct Entry {
  std::string key;
  Node value;
  /// Go's name of the key's type when it is no string, which only YAML can hold; `key` is then its
  /// text. A plain file may have such a member; the walk over an encrypted one refuses it.
  const char* key_type = nullptr;

  bool HasName(std::string_view name) const { return key == name && key_type == nullptr; }
};

}  // namespace acd::sops
