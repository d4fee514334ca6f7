// CPU time of decrypting one small SOPS file in a process that has its key loaded, YAML reading and
// writing included: what a server does per file. Prints the median of rounds as `five_values_us N`.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <utility>
#include <vector>

#include "decrypt/decrypt.h"
#include "decrypt/keys/age_key_service.h"
#include "decrypt/keys/key_sources.h"

namespace {

// Both made for this program by sops 3.13.3 and age-keygen; the key opens nothing else.
constexpr std::string_view kIdentity =
    "AGE-SECRET-KEY-18F96PDTNZQX9NX5EPC2NFDT685DH9NA35NDJV3D6H2XSR6L3E8PS90YJ4P";
constexpr std::string_view kFile =
    R"(username: ENC[AES256_GCM,data:6NE9Elk=,iv:ftAwcKx8ooeoRzJT8PHLTTSYp6/rxJMgG30dY/Ezx+Y=,tag:0eNsu4u8e8kWrXugd0k01A==,type:str]
password: ENC[AES256_GCM,data:B+XdmWJGwxOozitEgvbQxhDgO1hRFW8tLjGKOw==,iv:hAeqyH9iTA0h929bJ/p8/FRpsT8AtE1dYxbEHni83aA=,tag:Kh7zuWgsyRlty6CbkFL1oA==,type:str]
port: ENC[AES256_GCM,data:8CB5Lw==,iv:2KyTnu2fvSWUtaYi0TTeMUbIlROmQ2VuISwHcwLUEBc=,tag:KIH/mfc976ticzObSQQPPw==,type:int]
tls: ENC[AES256_GCM,data:8ZYIPg==,iv:SJPmx3jPusfbRmryxE1kvMezeh6PfJkW7v0jWxnnbag=,tag:tnVksq98V9iYGNRgKQ81Yg==,type:bool]
url: ENC[AES256_GCM,data:Tj28reqT0xmdNhKSPqy2iGEDt/uPN+bmXb7mW+M=,iv:jMAd/jMGQQrz2wcV+ltNDmsEA/Zeq16Xh/tusS30siM=,tag:1aFY9sjMzE5TXcwWh7655Q==,type:str]
sops:
    age:
        - enc: |
            -----BEGIN AGE ENCRYPTED FILE-----
            YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBTRDhmYk9qVkswdDhWNXZj
            amV0QW5iWGw3bVd0aTBINU93cGd6UHlLUlFRCkxNL2ttVnQ5OWV2K25tQldYSnhh
            Q0huR1pUYXNrQXZjNXVXWUhDb2wwdG8KLS0tIHFnS0J3Wk1NL3JlV2VlUUMxQm5n
            aHZlSEovejQ3TUN2dm5zb3hGcDFnTncK74dIDQ7qFROAvcEW+ZMuvKby0Fi1t6t1
            znLHCNdZRGXIx5253sU1KibHVU5D9NPQARTcciXHuik7OX3mWNhQZg==
            -----END AGE ENCRYPTED FILE-----
          recipient: age1xpc2jrnwzmuxcu35u2suq4wzyvmud7s6hs9r7wrh0h9mgaupzfespq8av2
    lastmodified: "2026-11-22T06:41:10Z"
    mac: ENC[AES256_GCM,data:hZrpFvnzD1Nw9yxYE0CHYuGZkcPKdrdTPlCs63TFXStFRKr7zw6vOpXV+GjXGXY87HwNmMrGkXQElKK81qLKEX6PoabN+TavkI6RseO1QpcjZyAJimv6gUzuZVJYemZGPoUUeQB8ka/lSaGA7g6I6llNXZp0K8js7D4MukYzBAE=,iv:+DF+BrHIbLP4EjpZK1KTOIGEEEPmuSqmQ96HqupcmdU=,tag:/0YHTanvC0jGc1HkLyS1dg==,type:str]
    unencrypted_suffix: _unencrypted
    version: 3.13.3
)";

double CpuMicroseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

}  // namespace

int main() {
  acd::keys::KeySources sources;
  sources.texts.push_back({"SOPS_AGE_KEY", acd::SecretBytes::CopyOf(kIdentity)});
  acd::keys::AgeKeyService keys(std::move(sources), acd::Limits());
  const acd::DecryptOptions options;
  const auto decrypt = [&] {
    const auto plain =
        acd::DecryptDocument(acd::AsBytes(kFile), options, keys, acd::keys::Requester());
    if (plain.has_value()) return true;
    std::fprintf(stderr, "%s\n", plain.error().message.c_str());
    return false;
  };
  // A round is long against the clock's resolution and short against other programs' time slices.
  constexpr int kRounds = 101, kFilesPerRound = 50;
  std::vector<double> rounds;
  for (int round = 0; round < kRounds; ++round) {
    const double start = CpuMicroseconds();
    for (int i = 0; i < kFilesPerRound; ++i) {
      if (!decrypt()) return 1;
    }
    rounds.push_back((CpuMicroseconds() - start) / kFilesPerRound);
  }
  std::sort(rounds.begin(), rounds.end());
  std::printf("five_values_us %.1f\n", rounds[rounds.size() / 2]);
  return 0;
}
