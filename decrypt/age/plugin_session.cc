#include "decrypt/age/plugin_session.h"

#include <utility>

#include "decrypt/base/encoding.h"

namespace acd::age {
namespace {

constexpr std::size_t kMaxErrorText = 400;

Failure BreaksProtocol(std::string_view what) {
  return Fail(Code::kToolFailed, std::string("it breaks the protocol: ").append(what));
}

// What a plugin reports, made safe to show: bounded, printable, and without the identity, which
// some plugins' keys are.
std::string ForShow(std::string_view text, std::string_view identity) {
  std::string out;
  for (std::size_t i = 0; i < text.size() && out.size() < kMaxErrorText; ++i) {
    if (text.substr(i).starts_with(identity)) {
      out += "(the identity)";
      i += identity.size() - 1;
      continue;
    }
    const auto byte = static_cast<unsigned char>(text[i]);
    out += byte < 32 || byte == 127 ? ' ' : text[i];
  }
  for (int i = 0; i < 3 && !IsUtf8(out); ++i) out.pop_back();  // cut in the middle of a character
  if (!IsUtf8(out)) return "an error whose text is not UTF-8";
  while (!out.empty() && (out.back() == ' ' || out.back() == '.')) out.pop_back();
  return out.empty() ? "an error without a text" : out;
}

}  // namespace

Status PluginSession::SendAll(std::span<const Stanza> stanzas) {
  SecretBytes words;
  words.Append("add-identity ");
  words.Append(identity_.Expose());
  ACD_CHECK(wire_.Send(words.ExposeText()));
  for (const Stanza& stanza : stanzas) {
    std::string line = "recipient-stanza 0 ";  // of the only file
    line.append(stanza.type);
    if (!stanza.arguments.empty()) line.append(" ").append(stanza.arguments);
    ACD_CHECK(wire_.Send(line, stanza.body.Expose()));
  }
  return wire_.Send("done");
}

Result<FileKey> PluginSession::TakeFileKey(const Stanza& message, bool has_one) {
  if (message.OnlyArgument() != "0") return BreaksProtocol("a file key for no file of ours");
  if (has_one) return BreaksProtocol("two file keys for one file");
  if (message.body.size() != kFileKeySize) return BreaksProtocol("a file key of a wrong size");
  ACD_CHECK(wire_.Send("ok"));
  return FileKey{message.body.Clone()};
}

Failure PluginSession::ReportedError(const Stanza& message) const {
  return Fail(Code::kToolFailed, ForShow(message.body.ExposeText(), identity_.ExposeText()));
}

Result<std::optional<FileKey>> PluginSession::Unwrap(std::span<const Stanza> stanzas) {
  ACD_CHECK(SendAll(stanzas));
  std::optional<FileKey> file_key;
  for (;;) {
    ACD_TRY(const Stanza message, wire_.Receive());
    if (message.type == "done") return file_key;
    if (message.type == "file-key") {
      ACD_TRY(file_key, TakeFileKey(message, file_key.has_value()));
    } else if (message.type == "error") {
      ACD_CHECK(wire_.Send("ok"));
      return ReportedError(message);
    } else {
      ACD_CHECK(Answer(message));
    }
  }
}

Status PluginSession::Answer(const Stanza& message) {
  if (message.type == "msg") {
    const bool shown = responder_ != nullptr && responder_->Show(name_, message.body.ExposeText());
    return wire_.Send(shown ? "ok" : "fail");
  }
  if (message.type == "request-public" || message.type == "request-secret") {
    return AnswerRequest(message);
  }
  if (message.type == "confirm") return AnswerConfirm(message);
  return wire_.Send("unsupported");  // grease, or of a later version
}

Status PluginSession::AnswerRequest(const Stanza& message) {
  if (responder_ == nullptr) return wire_.Send("fail");
  const auto value =
      responder_->Ask(name_, message.body.ExposeText(), message.type == "request-secret");
  return value ? wire_.Send("ok", value->Expose()) : wire_.Send("fail");
}

Status PluginSession::AnswerConfirm(const Stanza& message) {
  const auto choices = message.Arguments();
  if (choices.empty() || choices.size() > 2) return BreaksProtocol("a question without choices");
  const auto yes = DecodeBase64Unpadded(choices.front());
  const auto no = DecodeBase64Unpadded(choices.size() == 2 ? choices.back() : "");
  if (!yes || !no) return BreaksProtocol("a choice that is not base64");
  if (responder_ == nullptr) return wire_.Send("fail");
  const auto chosen =
      responder_->Confirm(name_, message.body.ExposeText(), yes->ExposeText(), no->ExposeText());
  if (!chosen) return wire_.Send("fail");
  return wire_.Send(*chosen ? "ok yes" : "ok no");
}

}  // namespace acd::age
