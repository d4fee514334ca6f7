#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "decrypt/sops/stores/json_number.h"
#include "decrypt/sops/stores/json_store.h"
#include "decrypt/sops/stores/json_string.h"

namespace acd::sops {
namespace {

// Indentation is quadratic in the nesting, so a small hostile document could print gigabytes.
constexpr std::size_t kMaxOutputBytes = std::size_t{256} << 20U;
constexpr std::size_t kMaxDepth = 10'000;  // Go's own limit
constexpr std::size_t kMaxKeyInMessage = 100;

class Writer {
 public:
  explicit Writer(const WriteOptions& options)
      : unit_(options.indent < 0 ? '\t' : ' '),
        width_(options.indent < 0 ? 1 : static_cast<std::size_t>(options.indent)) {}

  Status Write(const Node& node, std::size_t depth) {
    if (depth > kMaxDepth) return Fail(Code::kInvalidInput, "exceeded max depth");
    if (out_.size() > kMaxOutputBytes) return TooLarge();
    return std::visit([&](const auto& value) { return WriteValue(value, depth); }, node.value);
  }
  SecretBytes Finish(std::string_view end) && {
    out_.Append(end);
    return std::move(out_);
  }

 private:
  static Failure TooLarge() {
    return Fail(Code::kLimitExceeded,
                "the JSON text would be larger than " + std::to_string(kMaxOutputBytes) + " bytes");
  }

  Status WriteValue(Node::Null, std::size_t) { return Text("null"); }
  Status WriteValue(bool value, std::size_t) { return Text(value ? "true" : "false"); }
  Status WriteValue(std::int64_t value, std::size_t) { return Text(std::to_string(value)); }
  Status WriteValue(double value, std::size_t) {
    if (std::isfinite(value)) return Text(FormatJsonDouble(value));
    const std::string_view name = std::isnan(value) ? "NaN" : value < 0 ? "-Inf" : "+Inf";
    return Fail(Code::kInvalidInput, std::string("json: unsupported value: ").append(name));
  }
  Status WriteValue(const SecretBytes& value, std::size_t) {
    AppendJsonString(value.ExposeText(), out_);
    return {};
  }
  Status WriteValue(const Timestamp& value, std::size_t) {
    if (!value.IsMarshalable()) {
      return Fail(Code::kInvalidInput, "json: timezone hour outside of range [0,23]");
    }
    AppendJsonString(value.rfc3339, out_);
    return {};
  }
  // Comments stand between members and items, where they are dropped.
  Status WriteValue(const Comment&, std::size_t) {
    return Fail(Code::kInvalidInput, "json: unsupported type: comment in place of a value");
  }
  Status WriteValue(const Unwalkable& value, std::size_t) {
    return Fail(Code::kInvalidInput, "json: unsupported type: " + value.go_type);
  }

  Status WriteValue(const Node::List& list, std::size_t depth) {
    bool empty = true;
    out_.Append('[');
    for (const Node& item : list) {
      if (item.Is<Comment>()) continue;
      ACD_CHECK(NextLine(empty, depth + 1));
      ACD_CHECK(Write(item, depth + 1));
      empty = false;
    }
    return Close(']', empty, depth);
  }

  Status WriteValue(const Node::Map& map, std::size_t depth) {
    bool empty = true;
    out_.Append('{');
    for (const Entry& entry : map) {
      if (entry.value.Is<Comment>() && entry.key.empty()) continue;
      ACD_CHECK(NextLine(empty, depth + 1));
      AppendJsonString(entry.key, out_);
      out_.Append(std::string_view(": "));
      if (auto written = Write(entry.value, depth + 1); !written) {
        return Fail(std::move(written).error().With("Error encoding value of " +
                                                    entry.key.substr(0, kMaxKeyInMessage)));
      }
      empty = false;
    }
    return Close('}', empty, depth);
  }

  Status Text(std::string_view text) {
    out_.Append(text);
    return {};
  }

  // Ends the line after an opening bracket or an element, and indents the next.
  Status NextLine(bool first, std::size_t depth) {
    if (!first) out_.Append(',');
    return NewLine(depth);
  }
  Status Close(char bracket, bool empty, std::size_t depth) {
    if (!empty) ACD_CHECK(NewLine(depth));
    out_.Append(bracket);
    return {};
  }
  Status NewLine(std::size_t depth) {
    if (width_ * depth > kMaxOutputBytes || out_.size() + width_ * depth > kMaxOutputBytes) {
      return TooLarge();
    }
    out_.Append('\n');
    out_.Append(std::string(width_ * depth, unit_));
    return {};
  }

  char unit_;
  std::size_t width_;
  SecretBytes out_;
};

}  // namespace

Result<SecretBytes> WriteJson(const Node& document, const WriteOptions& options) {
  if (!document.Is<Node::Map>()) {
    return Fail(Code::kInternal, "Error marshaling to json: the document is no map");
  }
  Writer writer(options);
  if (auto written = writer.Write(document, 0); !written) {
    return Fail(std::move(written).error().With("Error marshaling to json"));
  }
  return std::move(writer).Finish("\n");
}

Result<SecretBytes> WriteJsonValue(const Node& value, const WriteOptions& options) {
  Writer writer(options);
  ACD_CHECK(writer.Write(value, 0));
  return std::move(writer).Finish("");
}

}  // namespace acd::sops
