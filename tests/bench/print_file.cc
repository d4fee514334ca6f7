// A plugin's command that costs next to nothing, so that what a server itself does shows:
//   print_file FILE
// Linked statically: loading shared libraries takes longer than all that it does.
#include <fcntl.h>
#include <unistd.h>

#include <array>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const int file = open(argv[1], O_RDONLY);
  std::array<char, 4096> buffer;
  ssize_t size = 0;
  while ((size = read(file, buffer.data(), buffer.size())) > 0) {
    if (write(STDOUT_FILENO, buffer.data(), static_cast<std::size_t>(size)) != size) return 1;
  }
  return size < 0 ? 1 : 0;
}
