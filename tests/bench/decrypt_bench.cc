// CPU time of decrypting a SOPS file in a process that has its key loaded, YAML reading and writing
// included: what a server does per file. Beside it the floor, a bare loop over the same primitives,
// measured in turn with ours, so that what else the machine does meets both alike. Prints lines
// `NAME OURS FLOOR`, medians in microseconds; for the growth, `per_value_COUNT OURS 0`.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decrypt/base/memory.h"
#include "decrypt/decrypt.h"
#include "decrypt/keys/age_key_service.h"
#include "decrypt/keys/key_sources.h"
#include "tests/bench/document.h"
#include "tests/bench/floor.h"

namespace {

using acd::bench::Document;
using acd::bench::Floor;
using acd::bench::MakeDocument;

double CpuMicroseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

template <typename Work>
double Measured(int times, const Work& work) {
  const double start = CpuMicroseconds();
  for (int i = 0; i < times; ++i) work();
  return (CpuMicroseconds() - start) / times;
}

double Median(std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  return samples[samples.size() / 2];
}

class Bench {
 public:
  Bench() : keys_(Sources(), acd::Limits()) {}

  /// `times` a round: long against the clock's resolution, short against other programs' time
  /// slices.
  void AgainstFloor(const char* name, const Document& document, int times, int rounds) {
    Floor floor(document);
    std::vector<double> ours, theirs;
    for (int round = 0; round < rounds; ++round) {
      ours.push_back(Measured(times, [&] { Decrypt(document); }));
      theirs.push_back(Measured(times, [&] { Must(floor.Run(), "the floor does not decrypt"); }));
    }
    std::printf("%s %.1f %.1f\n", name, Median(ours), Median(theirs));
  }

  /// What a value costs in documents of growing size, measured in turn.
  void Growth(const std::vector<std::size_t>& counts, int rounds) {
    std::vector<Document> documents;
    for (const std::size_t count : counts) documents.push_back(MakeDocument(count, 24));
    std::vector<std::vector<double>> per_value(counts.size());
    for (int round = 0; round < rounds; ++round) {
      for (std::size_t i = 0; i < counts.size(); ++i) {
        const int times = static_cast<int>(std::max<std::size_t>(1, 5'000 / counts[i]));
        per_value[i].push_back(Measured(times, [&] { Decrypt(documents[i]); }) /
                               static_cast<double>(counts[i]));
      }
    }
    for (std::size_t i = 0; i < counts.size(); ++i) {
      std::printf("per_value_%zu %.3f 0\n", counts[i], Median(per_value[i]));
    }
  }

 private:
  static acd::keys::KeySources Sources() {
    acd::keys::KeySources sources;
    sources.texts.push_back({"SOPS_AGE_KEY", acd::SecretBytes::CopyOf(acd::bench::kIdentity)});
    return sources;
  }

  static void Must(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "%s\n", what);
    std::exit(1);
  }

  void Decrypt(const Document& document) {
    const auto plain = acd::DecryptDocument(acd::Content::Lasting(document.yaml),
                                            acd::DecryptOptions(), keys_, acd::keys::Requester());
    if (!plain.has_value()) Must(false, plain.error().message.c_str());
  }

  acd::keys::AgeKeyService keys_;
};

}  // namespace

// `decrypt_bench NAME` runs one only, for a profiler.
int main(int argc, char** argv) {
  const std::string_view only = argc > 1 ? argv[1] : "";
  const auto wanted = [&](std::string_view name) { return only.empty() || only == name; };
  constexpr std::size_t kMebibyte = 1U << 20U;
  acd::KeepFreedMemory();  // as `serve` does
  Bench bench;
  if (wanted("values_5")) bench.AgainstFloor("values_5", MakeDocument(5, 24), 40, 101);
  if (wanted("values_200")) bench.AgainstFloor("values_200", MakeDocument(200, 24), 10, 101);
  if (wanted("mebibyte")) bench.AgainstFloor("mebibyte", MakeDocument(1, kMebibyte), 1, 101);
  if (wanted("growth")) bench.Growth({1'000, 10'000, 100'000}, 15);
  return 0;
}
