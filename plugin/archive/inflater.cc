#include "plugin/archive/inflater.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace acd::archive {
namespace {

constexpr int kGzipOnly = 16 + MAX_WBITS;

uInt Bounded(std::size_t size) {
  return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

class ZlibInflater final : public Inflater {
 public:
  ZlibInflater() : ready_(::inflateInit2(&stream_, kGzipOnly) == Z_OK) {}
  ~ZlibInflater() override {
    if (ready_) ::inflateEnd(&stream_);
  }
  ZlibInflater(const ZlibInflater&) = delete;
  ZlibInflater& operator=(const ZlibInflater&) = delete;

  bool Reset() override { return ready_ && ::inflateReset(&stream_) == Z_OK; }

  Result<Step> Inflate(std::span<const std::uint8_t> in, std::span<std::uint8_t> out) override {
    const uInt input = Bounded(in.size());
    const uInt room = Bounded(out.size());
    stream_.next_in = const_cast<Bytef*>(in.data());
    stream_.avail_in = input;
    stream_.next_out = out.data();
    stream_.avail_out = room;
    const int result = ready_ ? ::inflate(&stream_, Z_NO_FLUSH) : Z_MEM_ERROR;
    if (result == Z_MEM_ERROR) return Fail(Code::kInternal, "out of memory for decompression");
    if (result != Z_OK && result != Z_BUF_ERROR && result != Z_STREAM_END) {
      return Fail(Code::kInvalidInput,
                  stream_.msg != nullptr ? stream_.msg : "unknown compression");
    }
    return Step{input - stream_.avail_in, room - stream_.avail_out, result == Z_STREAM_END};
  }

 private:
  z_stream stream_ = {};
  bool ready_;
};

}  // namespace

std::unique_ptr<Inflater> MakeZlibInflater() { return std::make_unique<ZlibInflater>(); }

std::unique_ptr<Inflater> MakeInflater() {
  auto fast = MakeIsalInflater();
  return fast ? std::move(fast) : MakeZlibInflater();
}

}  // namespace acd::archive
