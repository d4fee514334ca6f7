#pragma once

namespace acd::age {

/// Prepares libsodium (choice of the fastest implementations, random seed) once per process.
/// Every constructor of this folder that leads to cryptography calls it. Ends the process when the
/// kernel gives no randomness: nothing could be trusted then. Threads: safe to call concurrently.
void EnsureSodium();

}  // namespace acd::age
