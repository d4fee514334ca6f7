#include "plugin/guard/json_reader.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace acd::guard {
namespace {

// Receives the parser's events and builds the tree. Returning false ends the parse.
class Builder {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  explicit Builder(const Limits& limits) : limits_(limits) {}

  bool null() { return Scalar("null", true); }
  bool boolean(bool value) { return Scalar(value ? "true" : "false", true); }
  bool number_integer(number_integer_t value) { return Scalar(std::to_string(value), true); }
  bool number_unsigned(number_unsigned_t value) { return Scalar(std::to_string(value), true); }
  bool number_float(number_float_t /*value*/, const string_t& text) { return Scalar(text, true); }
  bool string(string_t& text) { return Scalar(text, false); }
  bool binary(binary_t& /*bytes*/) { return false; }

  bool start_object(std::size_t /*size*/) { return Open(yaml::Node::Kind::kMapping); }
  bool start_array(std::size_t /*size*/) { return Open(yaml::Node::Kind::kSequence); }
  bool end_object() { return Close(); }
  bool end_array() { return Close(); }
  bool key(string_t& text) {
    if (++nodes_ > limits_.max_nodes) return false;
    open_.back().members.emplace_back();
    open_.back().members.back().first.text = SecretBytes::CopyOf(text);
    return true;
  }
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) {
    return false;  // its text quotes the input
  }

  yaml::Node Take() && { return std::move(root_); }

 private:
  bool Scalar(std::string_view text, bool plain) {
    yaml::Node node;
    node.plain = plain;
    node.text = SecretBytes::CopyOf(text);
    return Place(std::move(node));
  }
  bool Open(yaml::Node::Kind kind) {
    if (open_.size() >= limits_.max_depth) return false;
    open_.emplace_back();
    open_.back().kind = kind;
    return true;
  }
  bool Close() {
    yaml::Node node = std::move(open_.back());
    open_.pop_back();
    return Place(std::move(node));
  }
  bool Place(yaml::Node node) {
    if (++nodes_ > limits_.max_nodes) return false;
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (open_.back().kind == yaml::Node::Kind::kSequence) {
      open_.back().items.push_back(std::move(node));
    } else {
      open_.back().members.back().second = std::move(node);
    }
    return true;
  }

  const Limits& limits_;
  std::vector<yaml::Node> open_;
  yaml::Node root_;
  std::size_t nodes_ = 0;
};

}  // namespace

std::optional<yaml::Node> ReadJson(std::string_view text, const Limits& limits) {
  Builder builder(limits);
  try {
    if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) return std::nullopt;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
  return std::move(builder).Take();
}

bool IsJson(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || text[first] != '{') return false;
  return nlohmann::json::accept(text.begin(), text.end());
}

}  // namespace acd::guard
