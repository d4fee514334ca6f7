#include "decrypt/base/memory.h"

#include <malloc.h>

namespace acd {

void KeepFreedMemory() {
  constexpr int kBytes = 4 << 20;
  mallopt(M_TRIM_THRESHOLD, kBytes);
  mallopt(M_MMAP_THRESHOLD, kBytes);
}

}  // namespace acd
