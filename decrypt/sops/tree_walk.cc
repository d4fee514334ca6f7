#include "decrypt/sops/tree_walk.h"

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "decrypt/sops/go_number.h"
#include "decrypt/sops/selection.h"

namespace acd::sops {
namespace {

/// Go's name of a leaf's type, for sops's error text.
std::string_view GoTypeName(const Node& leaf) {
  if (leaf.Is<bool>()) return "bool";
  if (leaf.Is<std::int64_t>()) return "int";
  if (leaf.Is<double>()) return "float64";
  return "time.Time";
}

/// The text of a string or a comment.
const SecretBytes* TextIn(const Node& leaf) {
  if (const auto* comment = leaf.As<Comment>()) return &comment->text;
  return leaf.As<SecretBytes>();
}

/// What holds for everything inside a container.
struct Scope {
  bool key_matched = false;      ///< a key of the path matches the rule
  bool comment_matched = false;  ///< a comment that is active for the container matches
};

class Walker {
 public:
  Walker(const Metadata& metadata, ValueCipher& cipher, MacHash& mac)
      : selection_(metadata),
        mac_only_encrypted_(metadata.mac_only_encrypted),
        cipher_(cipher),
        mac_(mac) {}

  Status Document(Node& document, std::size_t number) {
    document_ = number;
    aad_.clear();
    auto* map = document.As<Node::Map>();
    return map == nullptr ? Status() : Map(*map, Scope());
  }

  /// Whether the selection rule is. Errors: as Selection::Usable.
  Status Usable() const { return selection_.Usable(); }

  std::vector<Node*> TakeDecrypted() { return std::move(decrypted_); }

 private:
  /// One step of the path: a key, or the index in a list.
  struct Step {
    const std::string* key;
    std::size_t index;
  };

  Status Map(Node::Map& map, const Scope& scope) {
    bool active = false;  // a comment since the last member matches
    for (Entry& entry : map) {
      if (entry.value.Is<Comment>()) {
        ACD_CHECK(CommentLeaf(entry.value, scope, active, false));
        continue;
      }
      const std::size_t aad_size = aad_.size();
      aad_ += entry.key;
      aad_ += ':';
      path_.push_back({&entry.key, 0});
      if (entry.key_type != nullptr) return NonStringKey(entry.key_type);
      const Scope inside{scope.key_matched || selection_.MatchesKey(entry.key),
                         scope.comment_matched || active};
      ACD_CHECK(Value(entry.value, inside));
      if (entry.value.Is<Comment>()) {
        return Problem(Code::kInvalidInput,
                       "Could not decrypt value: it is of type comment, in place of a value");
      }
      path_.pop_back();
      aad_.resize(aad_size);
      active = false;
    }
    return {};
  }

  Status List(Node::List& list, const Scope& scope) {
    bool active = false;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (list[i].Is<Comment>()) {
        ACD_CHECK(CommentLeaf(list[i], scope, active, true));
        continue;
      }
      // The index is in no associated data: only the MAC notices when elements swap places.
      path_.push_back({nullptr, i});
      ACD_CHECK(Value(list[i], Scope{scope.key_matched, scope.comment_matched || active}));
      path_.pop_back();
      active = false;  // also after an element that turned out to be a comment
    }
    return {};
  }

  Status Value(Node& node, const Scope& scope) {
    if (auto* map = node.As<Node::Map>()) return Map(*map, scope);
    if (auto* list = node.As<Node::List>()) return List(*list, scope);
    if (node.Is<Node::Null>()) return {};
    if (const auto* unwalkable = node.As<Unwalkable>()) {
      return Problem(Code::kInvalidInput, "Cannot walk value, unknown type: " + unwalkable->go_type,
                     "an integer above 9223372036854775807 has to be a string");
    }
    return Leaf(node, scope);
  }

  Failure NonStringKey(std::string_view type) const {
    return Problem(Code::kInvalidInput,
                   "Tree contains a non-string key (type " + std::string(type) +
                       "). Only string keys are supported",
                   "put the key in quotes in the plain file, and encrypt that");
  }

  Status Leaf(Node& node, const Scope& scope) {
    const bool encrypted = selection_.Encrypted(scope.key_matched || scope.comment_matched);
    if (encrypted) {
      auto* text = node.As<SecretBytes>();
      if (text == nullptr) {
        return Problem(
            Code::kInvalidInput,
            "Expected encrypted value as string, but got " + std::string(GoTypeName(node)),
            "this value was added without sops: edit the file with `sops edit`");
      }
      auto plain = cipher_.Decrypt(text->ExposeText(), aad_);
      if (!plain) {
        return Problem(plain.error().code, "Could not decrypt value: " + plain.error().message,
                       plain.error().hint);
      }
      if (auto* opened = plain->As<SecretBytes>()) {
        *text = std::move(*opened);  // most of them, and cheaper than the variant's assignment
      } else {
        node = std::move(*plain);
      }
      Remember(node);
    }
    if (!encrypted && mac_only_encrypted_) return {};
    if (const auto* time = node.As<Timestamp>(); time != nullptr && !time->IsMarshalable()) {
      return Problem(Code::kInvalidInput,
                     "Could not convert a time to bytes: timezone hour outside of range [0,23]",
                     "put the value in quotes, or correct its offset from UTC");
    }
    mac_.Add(node);
    return {};
  }

  /// A comment node. What doesn't decrypt was not encrypted in the first place (sops before 3.x
  /// left comments plain) and stays. A comment that says it is a string, or has no text at all,
  /// counts as one; in a map it stays a comment, in a list sops makes it an element.
  Status CommentLeaf(Node& node, const Scope& scope, bool& active, bool in_list) {
    const std::string_view stored = node.As<Comment>()->text.ExposeText();
    const bool before = active;
    active = active || selection_.MatchesComment(stored);
    const bool own = selection_.CommentCountsForItself() ? active : before;
    if (!selection_.Encrypted(scope.key_matched || scope.comment_matched || own)) return {};
    auto plain = cipher_.Decrypt(stored, aad_.empty() ? std::string_view(":") : aad_);
    if (!plain && plain.error().code == Code::kUnsupported) {
      return Problem(Code::kUnsupported, "Could not decrypt value: " + plain.error().message);
    }
    if (!plain) return {};
    mac_.Add(*plain);
    auto* text = plain->As<SecretBytes>();
    if (!in_list && text != nullptr) {
      node = Node(Comment{std::move(*text), node.As<Comment>()->is_inline});
    } else if (in_list || plain->Is<Comment>()) {
      node = std::move(*plain);
    } else {
      return Problem(Code::kInvalidInput,
                     "walkValue of Comment should be either Comment or string");
    }
    Remember(node);
    return {};
  }

  void Remember(Node& node) {
    const SecretBytes* text = TextIn(node);
    const bool is_number = node.Is<std::int64_t>() || node.Is<double>();
    if (is_number || (text != nullptr && !text->empty())) decrypted_.push_back(&node);
  }

  Failure Problem(Code code, std::string what, std::string_view hint = {}) const {
    return Fail(code,
                "Error decrypting tree: Error walking tree: " + std::move(what) + ", at " + Where(),
                hint);
  }

  std::string Where() const {
    std::string out;
    for (const Step& step : path_) {
      out += step.key != nullptr ? "[" + QuoteKey(*step.key) + "]"
                                 : "[" + std::to_string(step.index) + "]";
      if (out.size() > 1024) return out + "...";
    }
    if (path_.empty()) out = "the top level";
    return document_ == 0 ? out : out + " of document " + std::to_string(document_ + 1);
  }

  Selection selection_;
  bool mac_only_encrypted_;
  ValueCipher& cipher_;
  MacHash& mac_;
  /// Associated data of the value at hand: the keys of its path, each followed by a colon.
  std::string aad_;
  std::vector<Step> path_;
  std::size_t document_ = 0;
  std::vector<Node*> decrypted_;
};

}  // namespace

Result<std::vector<Node*>> DecryptTree(std::vector<Node>& documents, const Metadata& metadata,
                                       ValueCipher& cipher, MacHash& mac) {
  Walker walker(metadata, cipher, mac);
  ACD_CHECK(walker.Usable());
  for (std::size_t i = 0; i < documents.size(); ++i) {
    ACD_CHECK(walker.Document(documents[i], i));
  }
  return walker.TakeDecrypted();
}

SecretBytes TakeText(Node& leaf) {
  if (auto* comment = leaf.As<Comment>()) return std::move(comment->text).Owned();
  if (auto* text = leaf.As<SecretBytes>()) return std::move(*text).Owned();
  return CopyText(leaf);
}

SecretBytes CopyText(const Node& leaf) {
  if (const SecretBytes* text = TextIn(leaf)) return text->Clone();
  if (const auto* number = leaf.As<double>()) return FormatGoFloat(*number);
  const auto* number = leaf.As<std::int64_t>();
  return number == nullptr ? SecretBytes() : SecretBytes::CopyOf(std::to_string(*number));
}

std::string QuoteKey(std::string_view key) {
  constexpr std::size_t kShown = 128;
  std::string out = "\"";
  for (char c : key.substr(0, kShown)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      char escaped[5];
      std::snprintf(escaped, sizeof escaped, "\\x%02x", static_cast<unsigned>(byte));
      out += escaped;
    } else {
      out += c;
    }
  }
  if (key.size() > kShown) out += "...";
  return out + '"';
}

}  // namespace acd::sops
