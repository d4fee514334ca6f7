#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "decrypt/base/secret_bytes.h"
#include "plugin/server/request_stream.h"

namespace acd::server::testing {

/// A scripted client.
class FakeMessages final : public MessageSource {
 public:
  FakeMessages& Metadata(RequestMetadata metadata) {
    Entry entry;
    entry.metadata = std::move(metadata);
    entries_.push_back(std::move(entry));
    return *this;
  }
  FakeMessages& Chunk(std::string bytes) {
    Entry entry;
    entry.chunk = std::move(bytes);
    entries_.push_back(std::move(entry));
    return *this;
  }
  FakeMessages& Empty() {
    entries_.emplace_back();
    return *this;
  }
  /// After the last message the call counts as dead.
  FakeMessages& ThenBreaks(Code code) {
    breaks_ = code;
    return *this;
  }

  std::optional<StreamMessage> Next() override {
    if (entries_.empty()) return std::nullopt;
    current_ = std::move(entries_.front());
    entries_.pop_front();
    StreamMessage message;
    if (current_.metadata) message.metadata = *current_.metadata;
    if (current_.chunk) message.chunk = AsBytes(*current_.chunk);
    return message;
  }
  Status Alive() override {
    if (breaks_ && entries_.empty()) return Fail(*breaks_, "the call is dead");
    return {};
  }

  bool drained() const { return entries_.empty(); }

 private:
  struct Entry {
    std::optional<RequestMetadata> metadata;
    std::optional<std::string> chunk;
  };
  std::deque<Entry> entries_;
  Entry current_;
  std::optional<Code> breaks_;
};

}  // namespace acd::server::testing
