#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "decrypt/base/go_space.h"
#include "decrypt/sops/stores/flat_text.h"
#include "decrypt/sops/stores/ini_store.h"

namespace acd::sops {
namespace {

// Each key is as wide as the longest of its section, so a small document could print gigabytes.
constexpr std::size_t kMaxOutputBytes = std::size_t{256} << 20U;

Failure CannotPrint(std::string_view what) {
  return Fail(Code::kInvalidInput, "Error marshaling to INI: " + std::string(what));
}

bool HasAny(std::string_view text, std::string_view characters) {
  return text.find_first_of(characters) != std::string_view::npos;
}

/// A key between the quotes that let it be read back.
std::string Quoted(std::string_view key) {
  std::string_view quote;
  if (HasAny(key, "\"=:")) {
    quote = "`";
  } else if (HasAny(key, "`")) {
    quote = "\"\"\"";
  }
  return std::string(quote).append(key).append(quote);
}

/// A key with what is printed of it. The comment may be null; both are borrowed.
struct Item {
  std::string name;
  const Node* value;
  const Comment* comment;
};

/// Where ini.v1 puts the members of a map: the first comment is the section's, each other one the
/// key's before it. Of equal keys, the first gives the place and the last the value.
struct Section {
  explicit Section(std::string_view section_name) : name(section_name) {}

  Status Fill(const Node::Map& map) {
    std::unordered_map<std::string_view, std::size_t> places;
    std::size_t last = 0;
    for (const Entry& entry : map) {
      if (const auto* text = entry.value.As<Comment>()) {
        if (&entry == &map.front()) comment = text;
        if (!items.empty()) items[last].comment = text;
        continue;
      }
      if (entry.key.empty()) {
        return CannotPrint("Error encoding key: error creating new key: empty key name");
      }
      const auto [found, is_new] = places.try_emplace(entry.key, items.size());
      if (is_new) items.push_back(Item{Quoted(entry.key), nullptr, nullptr});
      last = found->second;
      items[last].value = &entry.value;
    }
    return {};
  }

  std::string_view name;
  const Comment* comment = nullptr;
  std::vector<Item> items;
};

bool IsDefault(std::string_view name) {
  constexpr std::string_view kDefault = "default";
  return std::equal(name.begin(), name.end(), kDefault.begin(), kDefault.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

class Writer {
 public:
  Status Write(const Section& section, bool is_first, bool is_last) {
    if (section.comment != nullptr) WriteComment(section.comment->text, false);
    if (is_first && IsDefault(section.name)) {
      if (section.items.empty()) return {};
    } else {
      out_.Append('[');
      out_.Append(section.name);
      out_.Append(std::string_view("]\n"));
    }
    std::size_t width = 0;
    for (const Item& item : section.items) width = std::max(width, item.name.size());
    for (const Item& item : section.items) {
      if (item.comment != nullptr) WriteComment(item.comment->text, true);
      if (out_.size() + width > kMaxOutputBytes) {
        return Fail(Code::kLimitExceeded, "the INI text would be larger than " +
                                              std::to_string(kMaxOutputBytes) + " bytes");
      }
      out_.Append(item.name);
      out_.Append(std::string(width - item.name.size(), ' '));
      out_.Append(std::string_view(" = "));
      WriteValue(FlatText(*item.value));
    }
    if (!is_last) out_.Append('\n');
    return {};
  }
  SecretBytes Take() && { return std::move(out_); }

 private:
  /// Each line of it with a mark. ini.v1 panics on an empty line, which a comment that began with a
  /// bare `#` has; here it stays an empty line of the comment.
  void WriteComment(const SecretBytes& comment, bool trim) {
    std::string_view rest = comment.ExposeText();
    while (!comment.empty()) {
      const std::size_t end = rest.find('\n');
      std::string_view line = rest.substr(0, end);
      const bool marked = line.starts_with('#') || line.starts_with(';');
      out_.Append(marked ? line.front() : ';');
      out_.Append(' ');
      if (marked) line.remove_prefix(1);
      out_.Append(marked || trim ? TrimGoSpace(line) : line);
      out_.Append('\n');
      if (end == std::string_view::npos) return;
      rest.remove_prefix(end + 1);
    }
  }

  void WriteValue(const SecretBytes& value) {
    const std::string_view text = value.ExposeText();
    std::string_view quote;
    if (HasAny(text, "\n`")) {
      quote = "\"\"\"";
    } else if (HasAny(text, "#;")) {
      quote = "`";
    } else if (TrimGoSpace(text).size() != text.size()) {
      quote = "\"";
    }
    out_.Append(quote);
    out_.Append(text);
    out_.Append(quote);
    out_.Append('\n');
  }

  SecretBytes out_;
};

Result<std::vector<Section>> ToSections(const std::vector<Node>& documents) {
  std::vector<Section> sections;
  for (const Node& document : documents) {
    const auto* map = document.As<Node::Map>();
    if (map == nullptr) return Fail(Code::kInternal, "the document is no map");
    for (const Entry& entry : *map) {
      if (entry.value.Is<Comment>()) continue;
      if (entry.key.empty()) return CannotPrint("Error encoding section : empty section name");
      const auto* members = entry.value.As<Node::Map>();
      if (members == nullptr) {
        return CannotPrint("Error encoding section: Section values should always be TreeBranches");
      }
      sections.emplace_back(entry.key);
      ACD_CHECK(sections.back().Fill(*members));
    }
  }
  return sections;
}

}  // namespace

Result<SecretBytes> WriteIni(const std::vector<Node>& documents) {
  ACD_TRY(const std::vector<Section> sections, ToSections(documents));
  Writer writer;
  for (const Section& section : sections) {
    ACD_CHECK(writer.Write(section, &section == &sections.front(), &section == &sections.back()));
  }
  return std::move(writer).Take();
}

}  // namespace acd::sops
