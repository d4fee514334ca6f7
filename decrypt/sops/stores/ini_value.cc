#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "decrypt/sops/stores/ini_store.h"
#include "decrypt/sops/stores/json_number.h"
#include "decrypt/sops/stores/json_string.h"

namespace acd::sops {
namespace {

/// What Go's json.Marshal makes of sops's tree: there a map is a list of its members.
class Writer {
 public:
  /// sops's YAML reader makes each map, its JSON reader leaves an empty one nil.
  explicit Writer(Format read_as) : empty_map_(read_as == Format::kJson ? "null" : "[]") {}

  Status Write(const Node& node) {
    return std::visit([this](const auto& value) { return WriteValue(value); }, node.value);
  }
  SecretBytes Take() && { return std::move(out_); }

 private:
  Status Text(std::string_view text) {
    out_.Append(text);
    return {};
  }
  Status WriteValue(Node::Null) { return Text("null"); }
  Status WriteValue(bool value) { return Text(value ? "true" : "false"); }
  Status WriteValue(std::int64_t value) { return Text(std::to_string(value)); }
  Status WriteValue(double value) {
    if (std::isfinite(value)) return Text(FormatJsonDouble(value));
    const std::string_view name = std::isnan(value) ? "NaN" : value < 0 ? "-Inf" : "+Inf";
    return Fail(Code::kInvalidInput, "json: unsupported value: " + std::string(name));
  }
  Status WriteValue(const SecretBytes& value) {
    AppendJsonString(value.ExposeText(), out_);
    return {};
  }
  Status WriteValue(const Timestamp& value) {
    if (!value.IsMarshalable()) {
      return Fail(Code::kInvalidInput, "json: timezone hour outside of range [0,23]");
    }
    AppendJsonString(value.rfc3339, out_);
    return {};
  }
  Status WriteValue(const Unwalkable& value) { return Text(value.go_type); }
  Status WriteValue(const Comment& value) {
    out_.Append(std::string_view("{\"Value\":"));
    AppendJsonString(value.text.ExposeText(), out_);
    return Text(value.is_inline ? ",\"Inline\":true}" : ",\"Inline\":false}");
  }
  Status WriteValue(const Node::List& list) {
    if (list.empty()) return Text("null");  // a nil slice there
    char before = '[';
    for (const Node& item : list) {
      out_.Append(std::exchange(before, ','));
      ACD_CHECK(Write(item));
    }
    return Text("]");
  }
  Status WriteValue(const Node::Map& map) {
    if (map.empty()) return Text(empty_map_);
    char before = '[';
    for (const Entry& entry : map) {
      out_.Append(std::exchange(before, ','));
      out_.Append(std::string_view("{\"Key\":"));
      if (entry.value.Is<Comment>()) {
        ACD_CHECK(Write(entry.value));
        out_.Append(std::string_view(",\"Value\":null}"));
        continue;
      }
      AppendJsonString(entry.key, out_);
      out_.Append(std::string_view(",\"Value\":"));
      ACD_CHECK(Write(entry.value));
      out_.Append('}');
    }
    return Text("]");
  }

  std::string_view empty_map_;
  SecretBytes out_;
};

}  // namespace

Result<SecretBytes> WriteIniValue(const Node& value, Format read_as) {
  Writer writer(read_as);
  ACD_CHECK(writer.Write(value));
  return std::move(writer).Take();
}

}  // namespace acd::sops
