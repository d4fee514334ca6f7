#include <dlfcn.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "plugin/archive/inflater.h"

namespace acd::archive {
namespace {

constexpr const char* kName = "libisal.so.2";

/// The functions of the library, with the types of its header.
struct Library {
  decltype(&::isal_inflate_init) init = nullptr;
  decltype(&::isal_inflate_reset) reset = nullptr;
  decltype(&::isal_gzip_header_init) header_init = nullptr;
  decltype(&::isal_read_gzip_header) read_header = nullptr;
  decltype(&::isal_inflate) inflate = nullptr;
};

template <typename Function>
bool Find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

std::optional<Library> Load() {
  void* const handle = ::dlopen(kName, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return std::nullopt;
  Library library;
  const bool found = Find(handle, "isal_inflate_init", library.init) &&
                     Find(handle, "isal_inflate_reset", library.reset) &&
                     Find(handle, "isal_gzip_header_init", library.header_init) &&
                     Find(handle, "isal_read_gzip_header", library.read_header) &&
                     Find(handle, "isal_inflate", library.inflate);
  return found ? std::optional(library) : std::nullopt;
}

const char* Reason(int result) {
  switch (result) {
    case ISAL_INVALID_WRAPPER:
      return "incorrect header";
    case ISAL_UNSUPPORTED_METHOD:
      return "unknown compression method";
    case ISAL_INCORRECT_CHECKSUM:
      return "incorrect checksum or length";
    case ISAL_INVALID_LOOKBACK:
      return "invalid distance too far back";
    default:
      return "damaged data";
  }
}

std::uint32_t Bounded(std::size_t size) {
  // Of numbers near to its type's end the library is not sure.
  return static_cast<std::uint32_t>(std::min<std::size_t>(size, 1U << 30U));
}

class IsalInflater final : public Inflater {
 public:
  explicit IsalInflater(const Library& library) : library_(library) {
    library_.init(&state_);
    Reset();
  }

  bool Reset() override {
    library_.reset(&state_);
    state_.crc_flag = ISAL_GZIP_NO_HDR_VER;
    // Read on its own: isal_inflate forgets of a header that comes in pieces what it has.
    library_.header_init(&header_);
    in_header_ = true;
    return true;
  }

  Result<Step> Inflate(std::span<const std::uint8_t> in, std::span<std::uint8_t> out) override {
    const std::uint32_t input = Bounded(in.size());
    const std::uint32_t room = Bounded(out.size());
    state_.next_in = const_cast<std::uint8_t*>(in.data());
    state_.avail_in = input;
    state_.next_out = out.data();
    state_.avail_out = room;
    int result = ISAL_DECOMP_OK;
    if (in_header_) {
      result = library_.read_header(&state_, &header_);
      in_header_ = result == ISAL_END_INPUT;
    }
    if (!in_header_ && result == ISAL_DECOMP_OK) result = library_.inflate(&state_);
    if (result < 0) return Fail(Code::kInvalidInput, Reason(result));
    return Step{input - state_.avail_in, room - state_.avail_out,
                !in_header_ && state_.block_state == ISAL_BLOCK_FINISH};
  }

 private:
  const Library& library_;
  struct inflate_state state_;
  struct isal_gzip_header header_;
  bool in_header_ = true;
};

}  // namespace

std::unique_ptr<Inflater> MakeIsalInflater() {
  static const std::optional<Library> library = Load();
  return library ? std::make_unique<IsalInflater>(*library) : nullptr;
}

}  // namespace acd::archive
