#pragma once

#include <cstddef>
#include <string_view>

#include "decrypt/age/plugin.h"
#include "decrypt/age/stanza.h"
#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::age {

/// What a plugin may say in one session.
inline constexpr std::size_t kMaxPluginMessages = 1000;
inline constexpr std::size_t kMaxPluginBytes = std::size_t{1} << 20U;

/// Stanzas over a channel. Errors carry no context.
class PluginWire {
 public:
  /// `channel` is borrowed.
  explicit PluginWire(PluginChannel& channel) : channel_(channel) {}

  Status Send(std::string_view words, std::span<const std::uint8_t> body = {});
  /// The next stanza; valid until the next call.
  /// Errors: kToolFailed (it broke off, or what it says is no stanza); kLimitExceeded; those of the
  /// channel.
  Result<Stanza> Receive();

 private:
  Result<std::string_view> NextLine(std::size_t from);
  Status ReadMore();

  PluginChannel& channel_;
  SecretBytes text_;       ///< read and not taken: file keys come this way
  std::size_t taken_ = 0;  ///< of it, by the stanza given out last
  std::size_t messages_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace acd::age
