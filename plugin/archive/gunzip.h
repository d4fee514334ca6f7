#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "decrypt/base/result.h"
#include "plugin/archive/inflater.h"
#include "plugin/archive/unpack.h"

namespace acd::archive {

/// Decompresses a gzip stream of any number of members, as Go's compress/gzip does, and judges its
/// growth while it goes. libarchive's own gzip filter checks neither CRC nor length (RFC
/// 1952, 2.3.1). Whether codes which no compressor makes (incomplete ones) are taken depends on the
/// library: the result is checked either way.
class Gunzip {
 public:
  /// `max_inflated`: bound on everything that comes out. Both references are borrowed.
  Gunzip(ByteSource& source, const ArchiveLimits& limits, std::uint64_t max_inflated);

  /// The next bytes, borrowed until the next call; empty at the end. Blocks are full, but the last
  /// of a member, however the source cuts its chunks. Errors: kInvalidInput, kLimitExceeded, the
  /// source's own.
  Result<std::span<const std::uint8_t>> Next();

  /// When the reader has what it wanted: reads the current member to its end, to check its CRC. A
  /// member that goes on for long is left alone.
  Status Finish();

  /// Compressed bytes used so far.
  std::uint64_t consumed() const { return consumed_; }

 private:
  Status Fill();
  /// Fetches more input if none is left.
  Status FeedInput();
  Status Inflate(bool judge_growth);
  Status CheckGrowth() const;

  ByteSource& source_;
  const ArchiveLimits& limits_;
  std::uint64_t max_inflated_;
  std::unique_ptr<Inflater> inflater_;
  std::unique_ptr<std::uint8_t[]> block_;  ///< not cleared: that takes as long as a small archive
  std::span<const std::uint8_t> input_;    ///< of the source, not yet used
  std::size_t filled_ = 0;
  std::uint64_t consumed_ = 0;
  std::uint64_t produced_ = 0;
  bool in_member_ = false;
  bool started_ = false;
  bool source_ended_ = false;
  bool ended_ = false;
};

}  // namespace acd::archive
