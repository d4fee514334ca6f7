#pragma once

namespace acd {

/// For a process that decrypts again and again: each of the allocator's arenas keeps up to 4 MiB of
/// what is freed, rather than give it back to the kernel and have it cleared page by page for the
/// next large document, which took longer than decrypting it. What was secret is wiped before it is
/// freed, as ever. Call before there are threads.
void KeepFreedMemory();

}  // namespace acd
