#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "decrypt/base/result.h"

namespace acd::archive {

/// Decompresses members of a gzip stream (RFC 1952), one after the other; checks the CRC and the
/// length of each.
class Inflater {
 public:
  struct Step {
    std::size_t consumed = 0;  ///< of the input; nothing of what follows the member
    std::size_t produced = 0;
    bool ended = false;  ///< the member
  };

  virtual ~Inflater() = default;
  /// Before each member.
  virtual bool Reset() = 0;
  /// Goes on as far as input and output reach. Output may follow when the input is used up; without
  /// any, and without input, more input is needed. `out` is not empty. Error: kInvalidInput (what
  /// is wrong with the stream), kInternal (out of memory).
  virtual Result<Step> Inflate(std::span<const std::uint8_t> in, std::span<std::uint8_t> out) = 0;
};

/// By ISA-L (libisal.so.2), which is several times faster than zlib; null where that is missing.
std::unique_ptr<Inflater> MakeIsalInflater();
std::unique_ptr<Inflater> MakeZlibInflater();

/// The fastest there is. ISA-L is loaded when it is there, because Debian has no archive of it to
/// link, and this program is also copied to where it is not, as a downloader for helm.
std::unique_ptr<Inflater> MakeInflater();

}  // namespace acd::archive
