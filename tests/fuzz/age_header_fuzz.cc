// Any bytes as an age header: what is read is in the only form in which it can be written.
#include <string>

#include "decrypt/age/header.h"
#include "decrypt/base/encoding.h"
#include "tests/fuzz/claim.h"

using namespace acd;

namespace {

/// Everything up to the three dashes, written anew.
std::string Write(const age::Header& header) {
  std::string out = "age-encryption.org/v1\n";
  for (const age::Stanza& stanza : header.stanzas) {
    out.append("-> ").append(stanza.type);
    if (!stanza.arguments.empty()) out.append(" ").append(stanza.arguments);
    const std::string body = EncodeBase64Unpadded(stanza.body.Expose());
    for (std::size_t at = 0; at <= body.size(); at += 64) out += "\n" + body.substr(at, 64);
    out += "\n";
  }
  return out + "---";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto header = age::ParseHeader(fuzz::Bytes(data, size), Limits());
  if (!header) {
    fuzz::ClaimGoodError(header.error());
    return 0;
  }
  fuzz::Claim(Write(*header) == AsText(header->mac_input), "a header has one form");
  fuzz::Claim(header->mac.size() == 32, "a MAC has 32 bytes");
  const std::string line = " " + EncodeBase64Unpadded(header->mac.Expose()) + "\n";
  fuzz::Claim(header->mac_input.size() + line.size() + header->after.size() == size,
              "header, MAC and payload are the whole file");
  fuzz::Claim(fuzz::Text(data, size).substr(header->mac_input.size()).starts_with(line),
              "so has the MAC");
  return 0;
}
