#pragma once

#include <string>
#include <vector>

#include "decrypt/age/identity.h"

namespace acd::age::cctv {

/// One file of the age testkit (c2sp.org/CCTV/age).
struct Vector {
  std::string expect;        ///< "success", "header failure" and so on
  std::string payload_hash;  ///< hex SHA-256 of all that may be released; empty: not given
  std::string file;
  bool armored = false;
  Identities identities;
  bool needs_ml_kem = false;  ///< and the OpenSSL at hand lacks it
};

/// Reads it. What is not understood is a test failure: a new kind of vector must not pass by being
/// ignored.
Vector ReadVector(const std::string& name);

/// All of them, sorted.
std::vector<std::string> VectorNames();

/// Lower-case hex SHA-256.
std::string Sha256Hex(std::string_view text);

}  // namespace acd::age::cctv
