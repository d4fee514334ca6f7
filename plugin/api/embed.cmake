# cmake -D IN=FILE -D OUT=FILE.cc -P embed.cmake: the bytes of a descriptor set as the function of descriptors.h.
file(READ ${IN} bytes HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
file(WRITE ${OUT} "#include \"plugin/api/descriptors.h\"

namespace acd::api {
namespace {
constexpr std::uint8_t kBytes[] = {${bytes}};
}
std::span<const std::uint8_t> Descriptors() { return kBytes; }
}
")
