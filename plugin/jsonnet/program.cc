#include "plugin/jsonnet/program.h"

#include <string_view>
#include <utility>

namespace acd::jsonnet {
namespace {

constexpr std::size_t kNumberSize = 8;

class Writer {
 public:
  void Number(std::size_t value) {
    for (std::size_t i = 0; i < kNumberSize; ++i) out_.Append(static_cast<char>(value >> (8 * i)));
  }
  void Text(std::string_view text) {
    Number(text.size());
    out_.Append(text);
  }
  SecretBytes Take() && { return std::move(out_); }

 private:
  SecretBytes out_;
};

Failure Cut() { return Fail(Code::kInvalidInput, "jsonnet: the request is cut off"); }

class Reader {
 public:
  explicit Reader(std::string_view rest) : rest_(rest) {}

  Result<std::size_t> Number() {
    if (rest_.size() < kNumberSize) return Cut();
    std::size_t value = 0;
    for (std::size_t i = kNumberSize; i-- > 0;) {
      value = (value << 8U) | static_cast<std::uint8_t>(rest_[i]);
    }
    rest_.remove_prefix(kNumberSize);
    return value;
  }
  Result<std::string_view> View() {
    ACD_TRY(const std::size_t size, Number());
    if (size > rest_.size()) return Cut();
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }
  Result<std::string> Text() {
    ACD_TRY(const std::string_view text, View());
    return std::string(text);
  }
  bool AtEnd() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace

SecretBytes Encode(const Program& program) {
  Writer out;
  out.Number(program.max_memory_bytes);
  out.Text(program.main);
  out.Number(program.variables.size());
  for (const Variable& variable : program.variables) {
    out.Text(variable.name);
    out.Text(variable.value);
    out.Number((variable.is_code ? 1U : 0U) | (variable.is_argument ? 2U : 0U));
  }
  out.Number(program.files.size());
  for (const File& file : program.files) {
    out.Text(file.name);
    out.Text(file.content.ExposeText());
  }
  out.Number(program.imports.size());
  for (const Resolved& import : program.imports) {
    for (const std::string* field : {&import.folder, &import.path, &import.file, &import.error}) {
      out.Text(*field);
    }
    out.Number(import.is_code ? 1 : 0);
  }
  return std::move(out).Take();
}

Result<Program> Decode(std::span<const std::uint8_t> bytes) {
  Reader in(AsText(bytes));
  Program program;
  ACD_TRY(program.max_memory_bytes, in.Number());
  ACD_TRY(program.main, in.Text());
  ACD_TRY(std::size_t left, in.Number());
  for (; left > 0; --left) {
    Variable variable;
    ACD_TRY(variable.name, in.Text());
    ACD_TRY(variable.value, in.Text());
    ACD_TRY(const std::size_t flags, in.Number());
    variable.is_code = (flags & 1U) != 0;
    variable.is_argument = (flags & 2U) != 0;
    program.variables.push_back(std::move(variable));
  }
  ACD_TRY(left, in.Number());
  for (; left > 0; --left) {
    File file;
    ACD_TRY(file.name, in.Text());
    ACD_TRY(const std::string_view content, in.View());
    file.content = SecretBytes::CopyOf(content);
    program.files.push_back(std::move(file));
  }
  ACD_TRY(left, in.Number());
  for (; left > 0; --left) {
    Resolved import;
    for (std::string* field : {&import.folder, &import.path, &import.file, &import.error}) {
      ACD_TRY(*field, in.Text());
    }
    ACD_TRY(const std::size_t is_code, in.Number());
    import.is_code = is_code != 0;
    program.imports.push_back(std::move(import));
  }
  if (!in.AtEnd()) return Fail(Code::kInvalidInput, "jsonnet: the request is too long");
  return program;
}

}  // namespace acd::jsonnet
