// Apart from the rest: streams cost a program that does not print any the set-up of their locales.
#include <ostream>

#include "decrypt/base/secret_bytes.h"

namespace acd {

void PrintTo(const SecretBytes& secret, std::ostream* out) {
  *out << "SecretBytes(" << secret.size() << " bytes)";
}

}  // namespace acd
