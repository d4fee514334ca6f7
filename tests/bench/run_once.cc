// Runs a program and says on descriptor 3 what it used, as one line of JSON:
//   run_once PROGRAM [ARGUMENT...] 3>usage
// The bench driver cannot measure this itself: a process that it forks starts with the driver's own
// peak memory, while this one is smaller than anything that it runs.
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace {

constexpr int kReportFd = 3;

long long Nanoseconds(const timeval& time) {
  return (time.tv_sec * 1'000'000LL + time.tv_usec) * 1000;
}

long long Now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: run_once PROGRAM [ARGUMENT...] 3>usage\n", stderr);
    return 2;
  }
  const long long start = Now();
  const pid_t child = fork();
  if (child == 0) {
    close(kReportFd);
    execv(argv[1], argv + 1);
    std::perror(argv[1]);
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  if (child < 0 || wait4(child, &status, 0, &usage) != child) {
    std::perror("run_once");
    return 2;
  }
  const long long wall = Now() - start;
  dprintf(kReportFd, "{\"Wall\":%lld,\"User\":%lld,\"System\":%lld,\"MaxRSS\":%lld}\n", wall,
          Nanoseconds(usage.ru_utime), Nanoseconds(usage.ru_stime), usage.ru_maxrss * 1024LL);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
