#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "decrypt/base/go_space.h"
#include "decrypt/sops/stores/ini_lines.h"
#include "decrypt/sops/stores/ini_store.h"

namespace acd::sops {
namespace {

constexpr std::string_view kDefaultSection = "DEFAULT";
constexpr std::string_view kCommentMarks = "#;";

/// A comment without the marks in front of it.
SecretBytes Stripped(std::string_view comment) {
  const std::string_view marks = comment.front() == ';' ? "; " : "# ";
  return SecretBytes::CopyOf(
      comment.substr(std::min(comment.find_first_not_of(marks), comment.size())));
}

struct Key {
  std::string name;
  SecretBytes value;
  std::optional<SecretBytes> comment;
};

struct Section {
  explicit Section(std::string_view section_name) : name(section_name) {}

  /// The key of that name, a new one if there is none.
  Key& At(std::string_view key) {
    const auto [found, is_new] = places.try_emplace(std::string(key), keys.size());
    if (is_new) keys.push_back(Key{found->first, {}, {}});
    return keys[found->second];
  }

  std::string name;
  std::optional<SecretBytes> comment;
  std::vector<Key> keys;
  std::unordered_map<std::string, std::size_t> places;
};

void AddComment(std::optional<SecretBytes> comment, Node::Map& to) {
  if (comment) to.push_back(Entry{{}, Node(Comment{std::move(*comment)})});
}

Entry ToEntry(Section& section) {
  Node::Map members;
  members.reserve(section.keys.size());
  AddComment(std::move(section.comment), members);
  for (Key& key : section.keys) {
    members.push_back(Entry{std::move(key.name), Node(std::move(key.value))});
    AddComment(std::move(key.comment), members);
  }
  return Entry{std::move(section.name), Node(std::move(members))};
}

class Reader {
 public:
  Reader(std::string_view text, const Limits& limits) : lines_(text), limits_(limits) {
    sections_.emplace_back(kDefaultSection);
  }

  Result<Node> Read() {
    while (!lines_.AtEnd()) {
      const std::string_view line = TrimGoSpaceLeft(lines_.Next());
      if (!line.empty()) ACD_CHECK(Line(line));
      if (nodes_ > limits_.max_nodes) {
        return Fail(Code::kLimitExceeded, "Could not unmarshal input data: more than " +
                                              std::to_string(limits_.max_nodes) + " values");
      }
    }
    Node::Map map;
    map.reserve(sections_.size());
    for (Section& section : sections_) map.push_back(ToEntry(section));
    return Node(std::move(map));
  }

 private:
  Status Line(std::string_view line) {
    if (kCommentMarks.find(line.front()) != std::string_view::npos) {
      comment_.Append(line);
      return {};
    }
    return line.front() == '[' ? SectionLine(line) : KeyLine(line);
  }

  Status SectionLine(std::string_view line) {
    const std::size_t close = line.rfind(']');
    if (close == std::string_view::npos) return lines_.Bad("unclosed section");
    if (close == 1) return lines_.Bad("empty section name");
    sections_.emplace_back(line.substr(1, close - 1));
    ++nodes_;
    const std::size_t mark = line.find_first_of(kCommentMarks, close + 1);
    if (mark != std::string_view::npos) comment_.Append(line.substr(mark));
    sections_.back().comment = TakeComment();
    unnamed_ = 0;
    return {};
  }

  Status KeyLine(std::string_view line) {
    ACD_TRY(const IniLines::KeyName found, lines_.Key(line));
    const std::string name =
        found.name == "-" ? "#" + std::to_string(++unnamed_) : std::string(found.name);
    ACD_TRY(SecretBytes value, lines_.Value(line.substr(found.value_at), comment_));
    if (name.empty()) return lines_.Bad("error creating new key: empty key name");
    Key& key = sections_.back().At(name);
    key.value = std::move(value);
    key.comment = TakeComment();
    ++nodes_;
    return {};
  }

  /// What was said in comments since the last key or section; nullopt if nothing was.
  std::optional<SecretBytes> TakeComment() {
    const SecretBytes all = std::exchange(comment_, SecretBytes());
    const std::string_view text = TrimGoSpace(all.ExposeText());
    if (text.empty()) return std::nullopt;
    ++nodes_;
    return Stripped(text);
  }

  IniLines lines_;
  const Limits& limits_;
  std::vector<Section> sections_;
  SecretBytes comment_;
  std::size_t unnamed_ = 0;
  std::size_t nodes_ = 0;
};

}  // namespace

Result<Node> ReadIni(std::span<const std::uint8_t> content, const Limits& limits) {
  if (content.size() > limits.max_document_bytes) {
    return Fail(Code::kLimitExceeded,
                "document is larger than " + std::to_string(limits.max_document_bytes) + " bytes");
  }
  return Reader(AsText(content), limits).Read();
}

}  // namespace acd::sops
