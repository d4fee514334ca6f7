#pragma once

#include <fcntl.h>
#include <zlib.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "decrypt/base/unique_fd.h"
#include "plugin/archive/entry_list.h"
#include "plugin/archive/pack.h"
#include "plugin/archive/unpack.h"
#include "tests/plugin/workspace/test_folder.h"

namespace acd::archive::testing {

using workspace::testing::TestFolder;

/// Writes tar headers byte by byte, because a library's writer refuses what a hostile one may send.
class TarBuilder {
 public:
  struct Header {
    char type = '0';
    unsigned mode = 0644;
    std::string link = {};
    std::string prefix = {};
    std::string magic = std::string("ustar\00000", 8);
  };

  TarBuilder& Add(const std::string& name, const std::string& content, Header header) {
    return AddSized(name, content, content.size(), std::move(header));
  }
  TarBuilder& File(const std::string& name, const std::string& content, unsigned mode = 0644) {
    return Add(name, content, {.type = '0', .mode = mode});
  }
  TarBuilder& Folder(const std::string& name, unsigned mode = 0755) {
    return Add(name, "", {.type = '5', .mode = mode});
  }
  TarBuilder& Symlink(const std::string& name, const std::string& target) {
    return Add(name, "", {.type = '2', .mode = 0777, .link = target});
  }
  /// A PAX extended header for the entry that follows.
  TarBuilder& Pax(const std::vector<std::pair<std::string, std::string>>& records,
                  char type = 'x') {
    std::string body;
    for (const auto& [key, value] : records) {
      const std::string record = " " + key + "=" + value + "\n";
      std::size_t size = record.size() + 1;
      while (std::to_string(size).size() + record.size() != size) ++size;
      body += std::to_string(size) + record;
    }
    return Add("PaxHeaders.0/x", body, {.type = type});
  }
  /// A GNU long name ('L') or long link ('K') for the entry that follows.
  TarBuilder& Gnu(char type, const std::string& name) {
    return Add("././@LongLink", name + std::string(1, '\0'),
               {.type = type, .magic = std::string("ustar  \0", 8)});
  }
  /// `size` is what the header says.
  TarBuilder& AddSized(const std::string& name, const std::string& content, std::uint64_t size,
                       Header header) {
    std::string block(512, '\0');
    const auto put = [&block](std::size_t at, const std::string& text) {
      std::memcpy(block.data() + at, text.data(), text.size());
    };
    char number[32];
    put(0, name.substr(0, 100));
    std::snprintf(number, sizeof(number), "%07o", header.mode);
    put(100, number);
    put(108, "0000000");
    put(116, "0000000");
    std::snprintf(number, sizeof(number), "%011llo", static_cast<unsigned long long>(size));
    put(124, number);
    put(136, "00000000000");
    put(148, "        ");
    block[156] = header.type;
    put(157, header.link.substr(0, 100));
    put(257, header.magic);
    put(345, header.prefix.substr(0, 155));
    unsigned sum = 0;
    for (const char c : block) sum += static_cast<unsigned char>(c);
    std::snprintf(number, sizeof(number), "%06o", sum);
    put(148, std::string(number) + '\0' + ' ');
    tar_ += block + content;
    tar_.resize((tar_.size() + 511) / 512 * 512, '\0');
    return *this;
  }

  /// The archive with its two blocks of zeros.
  std::string Tar() const { return tar_ + std::string(1024, '\0'); }
  std::string TarWithoutEnd() const { return tar_; }

 private:
  std::string tar_;
};

inline std::string Gzip(const std::string& data, int level = 6) {
  z_stream stream = {};
  ::deflateInit2(&stream, level, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(::deflateBound(&stream, data.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  ::deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  ::deflateEnd(&stream);
  return out;
}

/// Hands out a text in chunks of a given size.
class TextSource : public ByteSource {
 public:
  explicit TextSource(std::string data, std::size_t chunk = 1024)
      : data_(std::move(data)), chunk_(chunk) {}
  Result<std::span<const std::uint8_t>> Next() override {
    const std::size_t size = std::min(chunk_, data_.size() - at_);
    const auto chunk = AsBytes(std::string_view(data_).substr(at_, size));
    at_ += size;
    return chunk;
  }
  std::size_t read() const { return at_; }

 private:
  static std::span<const std::uint8_t> AsBytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
  }
  std::string data_;
  std::size_t chunk_;
  std::size_t at_ = 0;
};

/// A folder as Argo CD's client sends it.
inline Result<std::string> PackAll(const std::string& root,
                                   const std::vector<std::string>& exclude = {}) {
  std::string bytes;
  ACD_CHECK(Pack(root, exclude, [&bytes](std::span<const std::uint8_t> chunk) -> Status {
    bytes.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
    return {};
  }));
  return bytes;
}

/// What lies below a folder: "d 700", "f 600 CONTENT", "l TARGET" by relative path.
using Tree = std::map<std::string, std::string>;

inline Tree TreeOf(const std::string& root) {
  namespace fs = std::filesystem;
  Tree tree;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const std::string name = entry.path().lexically_relative(root).string();
    char mode[16];
    std::snprintf(mode, sizeof(mode), " %o", workspace::testing::ModeOf(entry.path().string()));
    if (entry.is_symlink()) {
      tree[name] = "l " + fs::read_symlink(entry.path()).string();
    } else if (entry.is_directory()) {
      tree[name] = std::string("d") + mode;
    } else {
      tree[name] =
          std::string("f") + mode + " " + workspace::testing::Content(entry.path().string());
    }
  }
  return tree;
}

/// The same of a list of entries: "d", "f", "l TARGET".
inline void AddNames(const NamedEntry& folder, const std::string& prefix, Tree& tree) {
  for (const auto& [name, entry] : folder.children) {
    const bool is_folder = entry->kind == NamedEntry::Kind::kFolder;
    tree[prefix + name] = is_folder                                ? "d"
                          : entry->kind == NamedEntry::Kind::kFile ? "f"
                                                                   : "l " + entry->target;
    if (is_folder) AddNames(*entry, prefix + name + "/", tree);
  }
}
inline Tree NamesOf(const NamedEntry& root) {
  Tree tree;
  AddNames(root, "", tree);
  return tree;
}

/// What listing an archive's entries has to come to, when unpacking it into an empty folder came to
/// `unpacked` and `tree`.
inline void ExpectListedAs(const std::string& gzip, const UnpackOptions& options,
                           const Result<UnpackStats>& unpacked, Tree tree) {
  TextSource source(gzip);
  const auto listed = ListEntries(source, options);
  ASSERT_EQ(listed.has_value(), unpacked.has_value());
  if (!listed) {
    EXPECT_EQ(listed.error().code, unpacked.error().code);
    EXPECT_EQ(listed.error().message, unpacked.error().message);
    EXPECT_EQ(listed.error().hint, unpacked.error().hint);
    return;
  }
  for (auto& [name, what] : tree) {
    if (!what.starts_with('l')) what.resize(1);
  }
  EXPECT_EQ(NamesOf(*listed->root), tree);
  EXPECT_EQ(listed->stats.entries, unpacked->entries);
  EXPECT_EQ(listed->stats.files, unpacked->files);
  EXPECT_EQ(listed->stats.bytes, unpacked->bytes);
  EXPECT_EQ(listed->stats.compressed_bytes, unpacked->compressed_bytes);
  EXPECT_EQ(listed->stats.skipped_links, unpacked->skipped_links);
}

/// A root to unpack into, with a neighbour that must stay as it is. Whatever is unpacked into it
/// while it is empty is listed as well, with the same result.
class Target {
 public:
  Target() {
    folder_.Write("outside/kept", "kept");
    std::filesystem::create_directory(root());
  }
  std::string root() const { return folder_ / "root"; }
  Tree tree() const { return TreeOf(root()); }

  UniqueFd Open() const {
    return UniqueFd(::open(root().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }
  Result<UnpackStats> Unpack(ByteSource& source, const UnpackOptions& options = {}) const {
    return archive::Unpack(source, Open().get(), options);
  }
  Result<UnpackStats> UnpackTar(const std::string& tar, const UnpackOptions& options = {}) const {
    const std::string gzip = Gzip(tar);
    const bool was_empty = tree().empty();
    TextSource source(gzip);
    auto unpacked = Unpack(source, options);
    if (was_empty) ExpectListedAs(gzip, options, unpacked, tree());
    return unpacked;
  }
  Result<UnpackStats> Unpack(const TarBuilder& builder, const UnpackOptions& options = {}) const {
    return UnpackTar(builder.Tar(), options);
  }
  /// Empties the root.
  void Clear() const {
    std::filesystem::remove_all(root());
    std::filesystem::create_directory(root());
  }
  /// Whether nothing but the root changed.
  bool OutsideIsUntouched() const {
    std::size_t entries = 0;
    for ([[maybe_unused]] const auto& e : std::filesystem::directory_iterator(folder_.path())) {
      ++entries;
    }
    return entries == 2 &&
           TreeOf(folder_ / "outside") == Tree{{"kept", TreeOf(folder_ / "outside")["kept"]}} &&
           workspace::testing::Content(folder_ / "outside/kept") == "kept";
  }

 private:
  TestFolder folder_;
};

}  // namespace acd::archive::testing
