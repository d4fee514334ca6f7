#include "decrypt/sops/stores/flat_map.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace acd::sops {
namespace {

constexpr std::string_view kMap = "__map_";
constexpr std::string_view kList = "__list_";
constexpr std::size_t kMaxDepth = 2000;  // who builds, walks or destroys a tree recurses

/// One step of a flat name.
struct Token {
  bool is_index = false;
  std::string_view key;
  std::int64_t index = 0;
};

/// strconv.Atoi without its error: what is no number is 0, what is too large the largest.
std::int64_t IndexOf(std::string_view digits) {
  if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
  std::int64_t index = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (error == std::errc::result_out_of_range) {
    using Bounds = std::numeric_limits<std::int64_t>;
    return digits.starts_with('-') ? Bounds::min() : Bounds::max();
  }
  return error == std::errc() && end == digits.data() + digits.size() ? index : 0;
}

/// Where the next separator begins, from `at` on; the end if there is none.
std::size_t NextSeparator(std::string_view name, std::size_t at) {
  for (; (at = name.find("__", at)) != std::string_view::npos; ++at) {
    const std::string_view rest = name.substr(at);
    if (rest.starts_with(kMap) || rest.starts_with(kList)) return at;
  }
  return name.size();
}

std::vector<Token> Tokenize(std::string_view name, std::size_t max_tokens) {
  std::vector<Token> tokens;
  std::size_t end = NextSeparator(name, 0);
  tokens.push_back({false, name.substr(0, end)});
  while (end < name.size() && tokens.size() <= max_tokens) {
    const bool is_index = name.substr(end).starts_with(kList);
    const std::size_t start = end + (is_index ? kList.size() : kMap.size());
    end = NextSeparator(name, start);
    const std::string_view text = name.substr(start, end - start);
    tokens.push_back(
        {is_index, is_index ? std::string_view() : text, is_index ? IndexOf(text) : 0});
  }
  return tokens;
}

/// What flat names have said so far about one place in the tree.
struct Place {
  std::optional<Node> value;
  std::map<std::string, Place, std::less<>> members;
  std::map<std::int64_t, Place> items;
};

Result<Node> Convert(Place& place) {
  const int kinds =
      (place.value ? 1 : 0) + (place.members.empty() ? 0 : 1) + (place.items.empty() ? 0 : 1);
  if (kinds > 1) return Fail(Code::kInvalidInput, "Error while unflattening: Type mismatch");
  if (place.value) return std::move(*place.value);
  if (place.items.empty()) {
    Node::Map map;
    map.reserve(place.members.size());
    for (auto& [key, member] : place.members) {
      ACD_TRY(Node value, Convert(member));
      map.push_back(Entry{key, std::move(value)});
    }
    return Node(std::move(map));
  }
  const auto count = static_cast<std::int64_t>(place.items.size());
  if (place.items.begin()->first != 0 || place.items.rbegin()->first != count - 1) {
    return Fail(Code::kInvalidInput, "Error while unflattening: Incomplete list");
  }
  Node::List list;
  list.reserve(place.items.size());
  for (auto& [index, item] : place.items) {
    ACD_TRY(Node value, Convert(item));
    list.push_back(std::move(value));
  }
  return Node(std::move(list));
}

class Unflattener {
 public:
  explicit Unflattener(const Limits& limits)
      : max_depth_(std::min(limits.max_depth, kMaxDepth)), max_nodes_(limits.max_nodes) {}

  Status Add(std::string_view name, Node value) {
    Place* place = &root_;
    const std::vector<Token> tokens = Tokenize(name, max_depth_);
    if (tokens.size() > max_depth_) return TooMuch("levels", max_depth_);
    for (const Token& token : tokens) {
      place = token.is_index ? &Item(*place, token.index) : &Member(*place, token.key);
      if (nodes_ > max_nodes_) return TooMuch("values", max_nodes_);
    }
    if (place->value) return Fail(Code::kInvalidInput, About(name) + ": Duplicate value");
    place->value = std::move(value);
    return {};
  }
  Result<Node> Finish() { return Convert(root_); }

 private:
  static std::string About(std::string_view name) {
    constexpr std::size_t kShown = 128;
    std::string out = "Error while unflattening \"" + std::string(name.substr(0, kShown));
    return out += name.size() > kShown ? "...\"" : "\"";
  }
  static Failure TooMuch(std::string_view what, std::size_t limit) {
    return Fail(Code::kLimitExceeded, "Error while unflattening: more than " +
                                          std::to_string(limit) + " " + std::string(what));
  }
  Place& Member(Place& place, std::string_view key) {
    const auto found = place.members.find(key);
    if (found != place.members.end()) return found->second;
    ++nodes_;
    return place.members[std::string(key)];
  }
  Place& Item(Place& place, std::int64_t index) {
    const auto [found, is_new] = place.items.try_emplace(index);
    nodes_ += is_new ? 1 : 0;
    return found->second;
  }

  std::size_t max_depth_;
  std::size_t max_nodes_;
  std::size_t nodes_ = 0;
  Place root_;
};

}  // namespace

Result<Node> Unflatten(Node::Map flat, const Limits& limits) {
  Unflattener tree(limits);
  for (Entry& entry : flat) {
    if (entry.value.Is<Comment>()) continue;
    ACD_CHECK(tree.Add(entry.key, std::move(entry.value)));
  }
  return tree.Finish();
}

}  // namespace acd::sops
