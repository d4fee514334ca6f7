// Variables as godotenv reads them (tests/interop/ksops compares the two): bounded, the same again,
// and an error that says where and never what.
#include <string>

#include "plugin/ksops/dotenv.h"
#include "tests/fuzz/claim.h"

using namespace acd;

namespace {

constexpr std::size_t kMaxBytes = 1U << 16U;

std::string All(const ksops::Variables& variables) {
  std::string out;
  for (const auto& [name, value] : variables) {
    out.append(name).append(1, '\0').append(value.ExposeText()).append(1, '\0');
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::Text(data, size);
  const auto variables = ksops::ParseDotenv(text, kMaxBytes);
  if (!variables) {
    fuzz::ClaimGoodError(variables.error());
    fuzz::Claim(variables.error().message.size() < 100, "an error quotes nothing");
    return 0;
  }
  std::size_t bytes = 0;
  for (const auto& [name, value] : *variables) bytes += value.size();
  fuzz::Claim(bytes <= kMaxBytes, "what doubles has a limit");
  const std::string commented = "# comment\r\n" + std::string(text);
  const auto again = ksops::ParseDotenv(commented, kMaxBytes);
  fuzz::Claim(again.has_value() && All(*again) == All(*variables), "a comment changes nothing");
  return 0;
}
