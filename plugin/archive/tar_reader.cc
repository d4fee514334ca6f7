#include "plugin/archive/tar_reader.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <string_view>

#include "plugin/archive/c_locale.h"
#include "plugin/archive/entry_path.h"

namespace acd::archive {
namespace {

// libarchive itself stops at 1 MiB for one PAX or GNU header, but several may precede an entry.
constexpr std::uint64_t kMaxHeaderBytes = 4U << 20U;

Failure Broken(const std::string& what) {
  return Fail(Code::kInvalidInput, "archive: not a valid tar: " + what);
}

/// The header of a symlink, read before the archive's own. libarchive (3.6.2 at least) loses the
/// target of the first symlink if only a PAX record has it, as with a target without any ASCII.
const std::array<char, 512>& Primer() {
  static const std::array<char, 512> header = [] {
    std::array<char, 512> block = {};
    const auto put = [&block](std::size_t at, std::string_view text) {
      std::copy(text.begin(), text.end(), block.begin() + static_cast<std::ptrdiff_t>(at));
    };
    put(0, "primer");      // name
    put(100, "0000777");   // mode
    put(148, "        ");  // checksum, for its own computation
    put(156, "2");         // symlink
    put(157, "primer");    // target
    put(257, "ustar");     // magic, with a NUL
    put(263, "00");        // version
    unsigned sum = 0;
    for (const char c : block) sum += static_cast<unsigned char>(c);
    char checksum[8];
    std::snprintf(checksum, sizeof(checksum), "%06o", sum);
    put(148, std::string_view(checksum, 7));
    return block;
  }();
  return header;
}

}  // namespace

struct TarReader::State {
  explicit State(Gunzip& source) : gunzip(source), tar(::archive_read_new()) {}
  ~State() { ::archive_read_free(tar); }

  static la_ssize_t Read(struct archive* /*tar*/, void* self, const void** buffer);
  /// The source's error when there is one, else libarchive's.
  Failure Explain();

  CLocale locale;
  Gunzip& gunzip;
  struct archive* tar;
  std::optional<Error> error;
  bool opened = false;
  bool primed = false;
  bool started = false;
  bool in_header = true;
  std::uint64_t header_bytes = 0;
  std::uint64_t content_bytes = 0;
  std::uint64_t content_size = 0;
};

la_ssize_t TarReader::State::Read(struct archive* /*tar*/, void* self, const void** buffer) {
  auto& state = *static_cast<State*>(self);
  if (!state.primed) {
    state.primed = true;
    *buffer = Primer().data();
    return static_cast<la_ssize_t>(Primer().size());
  }
  auto block = state.gunzip.Next();
  if (!block) {
    state.error = std::move(block).error();
    return ARCHIVE_FATAL;
  }
  if (block->empty() && !state.started) {
    state.error = Broken("it is empty").error;
    return ARCHIVE_FATAL;
  }
  state.started = true;
  if (state.in_header) state.header_bytes += block->size();
  if (state.header_bytes > kMaxHeaderBytes) {
    state.error = Broken("an entry's header is too large").error;
    return ARCHIVE_FATAL;
  }
  *buffer = block->data();
  return static_cast<la_ssize_t>(block->size());
}

Failure TarReader::State::Explain() {
  if (error) return Fail(*error);
  const char* text = ::archive_error_string(tar);
  return Broken(text == nullptr ? "unknown error" : Printable(text));
}

TarReader::TarReader(Gunzip& gunzip) : state_(std::make_unique<State>(gunzip)) {
  struct archive_entry* primer = nullptr;
  state_->opened =
      state_->tar != nullptr && ::archive_read_support_format_tar(state_->tar) == ARCHIVE_OK &&
      ::archive_read_open2(state_->tar, state_.get(), nullptr, &State::Read, nullptr, nullptr) ==
          ARCHIVE_OK &&
      ::archive_read_next_header(state_->tar, &primer) == ARCHIVE_OK;
}

TarReader::~TarReader() = default;

Result<std::optional<TarEntry>> TarReader::NextEntry() {
  if (state_->tar == nullptr) return Fail(Code::kInternal, "archive: out of memory");
  if (!state_->opened) return state_->Explain();
  struct archive_entry* raw = nullptr;
  state_->in_header = true;
  state_->header_bytes = 0;
  const int result = ::archive_read_next_header(state_->tar, &raw);
  state_->in_header = false;
  if (state_->error) return state_->Explain();
  if (result == ARCHIVE_EOF) return std::optional<TarEntry>();
  // The one warning that is none: a name that isn't ASCII, as such, in the "C" locale.
  const bool foreign_name = result == ARCHIVE_WARN && ::archive_errno(state_->tar) == EILSEQ;
  if (result != ARCHIVE_OK && !foreign_name) return state_->Explain();

  TarEntry entry;
  const char* name = ::archive_entry_pathname(raw);
  if (name == nullptr) return Broken("an entry has no name");
  entry.name = name;
  entry.mode = ::archive_entry_perm(raw) & 0777U;
  entry.size =
      ::archive_entry_size(raw) > 0 ? static_cast<std::uint64_t>(::archive_entry_size(raw)) : 0;
  if (::archive_entry_hardlink(raw) == nullptr) {
    const auto type = ::archive_entry_filetype(raw);
    if (type == AE_IFREG) entry.type = TarEntry::Type::kFile;
    if (type == AE_IFDIR) entry.type = TarEntry::Type::kFolder;
    if (type == AE_IFLNK) entry.type = TarEntry::Type::kSymlink;
  }
  if (entry.type == TarEntry::Type::kSymlink) {
    const char* link = ::archive_entry_symlink(raw);
    entry.link = link == nullptr ? "" : link;
  }
  if (::archive_entry_sparse_count(raw) > 0) return Broken(Printable(name) + ": a sparse file");
  state_->content_bytes = 0;
  state_->content_size = entry.size;
  return std::optional<TarEntry>(std::move(entry));
}

Result<std::span<const std::uint8_t>> TarReader::NextBlock() {
  const void* data = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  const int result = ::archive_read_data_block(state_->tar, &data, &size, &offset);
  if (state_->error || (result != ARCHIVE_OK && result != ARCHIVE_EOF)) return state_->Explain();
  if (result == ARCHIVE_EOF) {
    // A real size without the bytes for it is one more form of sparse file.
    if (state_->content_bytes != state_->content_size) return Broken("an entry's size is wrong");
    return std::span<const std::uint8_t>();
  }
  if (offset < 0 || static_cast<std::uint64_t>(offset) != state_->content_bytes) {
    return Broken("an entry has holes");
  }
  state_->content_bytes += size;
  return std::span<const std::uint8_t>(static_cast<const std::uint8_t*>(data), size);
}

}  // namespace acd::archive
