#include "decrypt/age/sodium.h"

#include <sodium.h>

#include <cstdlib>

namespace acd::age {

void EnsureSodium() {
  static const int ready = sodium_init();
  if (ready < 0) std::abort();
}

}  // namespace acd::age
