#pragma once

#include <cstdint>
#include <span>

namespace acd::api {

/// The services on a plugin's socket and their messages: a serialized
/// google.protobuf.FileDescriptorSet, in which a file stands behind those that it imports.
std::span<const std::uint8_t> Descriptors();

}  // namespace acd::api
