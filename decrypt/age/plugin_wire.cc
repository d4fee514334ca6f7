#include "decrypt/age/plugin_wire.h"

#include <string>
#include <utility>

namespace acd::age {

Status PluginWire::Send(std::string_view words, std::span<const std::uint8_t> body) {
  SecretBytes text;
  AppendStanza(words, body, text);
  return channel_.Write(text.Expose());
}

Status PluginWire::ReadMore() {
  constexpr std::size_t kStep = 4096;
  const std::size_t before = text_.size();
  text_.Resize(before + kStep);
  const auto got = channel_.Read(text_.ExposeMutable().subspan(before));
  text_.Resize(before + (got ? std::min(*got, kStep) : 0));
  if (!got) return Fail(got.error());
  if (*got == 0) return Fail(Code::kToolFailed, "it ended without having finished");
  bytes_ += *got;
  if (bytes_ > kMaxPluginBytes) {
    return Fail(Code::kLimitExceeded,
                "it says more than " + std::to_string(kMaxPluginBytes) + " bytes");
  }
  return {};
}

// The line that begins at `from`, without its LF.
Result<std::string_view> PluginWire::NextLine(std::size_t from) {
  std::size_t looked = from;
  for (;;) {
    const std::size_t end = text_.ExposeText().find('\n', looked);
    if (end != std::string_view::npos) return text_.ExposeText().substr(from, end - from);
    looked = text_.size();
    ACD_CHECK(ReadMore());
  }
}

Result<Stanza> PluginWire::Receive() {
  if (++messages_ > kMaxPluginMessages) {
    return Fail(Code::kLimitExceeded,
                "it sends more than " + std::to_string(kMaxPluginMessages) + " messages");
  }
  text_ = SecretBytes::CopyOf(text_.Expose().subspan(taken_));
  taken_ = 0;
  // One line of words, then the body up to its first line that is not full.
  std::size_t end = 0;
  for (bool words = true, more = true; more; words = false) {
    ACD_TRY(const std::string_view line, NextLine(end));
    end += line.size() + 1;
    more = words || line.size() >= kStanzaColumns;
    if (words && !line.starts_with("-> ")) break;  // it is none: do not wait for more
  }
  taken_ = end;
  std::string_view text = text_.ExposeText().substr(0, end);
  auto stanza = TakeStanza(text);
  if (!stanza) return Fail(Code::kToolFailed, "it breaks the protocol: " + stanza.error().message);
  return stanza;
}

}  // namespace acd::age
