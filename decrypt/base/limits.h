#pragma once

#include <cstddef>

namespace acd {

/// Bounds on hostile input, enforced by the reader that would otherwise grow. Bytes unless said.
struct Limits {
  std::size_t max_document_bytes = 64U << 20U;  ///< one SOPS document or age file read into memory
  std::size_t max_nodes = 1'000'000;            ///< nodes of a tree, aliases expanded
  std::size_t max_depth = 1000;                 ///< nesting of a tree
  std::size_t max_recipients = 20'000;          ///< key entries of one document
  std::size_t max_identity_file_bytes = 16U << 20U;  ///< as in age
  /// Data keys that are remembered as long as the keys which opened them are there; 0: none.
  std::size_t max_opened_keys = 0;
};

}  // namespace acd
