#include "plugin/workspace/workspace.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <new>
#include <utility>

#include "decrypt/base/system_failure.h"
#include "decrypt/base/unique_fd.h"

namespace acd::workspace {
namespace {

constexpr const char* kFolder = "argocd-decrypt";
constexpr const char* kLock = ".lock";
constexpr const char* kProcess = "process-";
constexpr const char* kRequest = "request-";
constexpr std::size_t kMaxWaiting = 4;  // folders that nobody has begun to remove

Status CheckInMemory(int fd, const std::string& path, bool allow_disk) {
  struct statfs info;
  if (::fstatfs(fd, &info) != 0) return SystemFailure(path, errno);
  const auto type = static_cast<unsigned long>(info.f_type);
  if (allow_disk || type == TMPFS_MAGIC || type == RAMFS_MAGIC) return {};
  return Fail(Code::kInvalidInput, path + ": not on tmpfs, so decrypted files would reach a disk",
              "mount an emptyDir with `medium: Memory` there, or set "
              "ARGOCD_DECRYPT_ALLOW_DISK_WORKDIR=true (--allow-disk-workdir) to accept plaintext "
              "on the disk");
}

/// The folder that all processes with this workdir share. A temporary folder may be everybody's:
/// what somebody else put there under our name is not used.
Result<UniqueFd> OpenShared(const UniqueFd& workdir, const std::string& path) {
  if (::mkdirat(workdir.get(), kFolder, 0700) != 0 && errno != EEXIST)
    return SystemFailure(path, errno);
  struct stat info;
  if (::fstatat(workdir.get(), kFolder, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return SystemFailure(path, errno);
  if (info.st_uid != ::geteuid()) {
    return Fail(Code::kIo, path + ": belongs to another user",
                "give this user a work folder of its own");
  }
  UniqueFd fd(::openat(workdir.get(), kFolder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd || ::fstat(fd.get(), &info) != 0) return SystemFailure(path, errno);
  if (info.st_uid != ::geteuid()) return Fail(Code::kIo, path + ": was replaced");
  if ((info.st_mode & 0777) != 0700 && ::fchmod(fd.get(), 0700) != 0)
    return SystemFailure(path, errno);
  return fd;
}

bool TryLock(int fd) {
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

std::vector<std::string> EntriesOf(int folder) {
  std::vector<std::string> names;
  const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* list = copy < 0 ? nullptr : ::fdopendir(copy);
  if (list == nullptr) {
    if (copy >= 0) ::close(copy);
    return names;
  }
  while (const struct dirent* entry = ::readdir(list)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != ".." && name != kLock) names.emplace_back(name);
  }
  ::closedir(list);
  return names;
}

/// Whether the process is alive whose folder this is: it holds a lock. Who can't look keeps off.
bool IsLocked(int shared, const std::string& name) {
  const UniqueFd fd(
      ::openat(shared, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return errno == EMFILE || errno == ENFILE || errno == ENOMEM;
  return !TryLock(fd.get());
}

/// The name of the folder of the process that a tree belongs to; other entries are their own.
std::string OwnerOf(const std::string& name) {
  if (!name.starts_with(kRequest)) return name;
  const std::size_t start = std::string_view(kRequest).size();
  return kProcess + name.substr(start, name.find('-', start) - start);
}

/// Removes what belongs to processes that are gone.
void RemoveLeftovers(int shared, const std::string& path) {
  for (const std::string& name : EntriesOf(shared)) {
    if (!IsLocked(shared, OwnerOf(name))) RemoveTree(path + "/" + name);
  }
}

// `label`: what errors call it, always the same.
Result<std::string> MakeUnique(const std::string& prefix, const std::string& label) {
  std::string path = prefix + "XXXXXX";
  if (::mkdtemp(path.data()) != nullptr) return path;
  return Fail(
      SystemFailure(label, errno)
          .error.Hint("look whether something removes folders there, or changes their modes"));
}

}  // namespace

Result<std::unique_ptr<WorkspaceRoot>> WorkspaceRoot::Open(const std::string& workdir,
                                                           bool allow_disk) {
  char* real = ::realpath(workdir.c_str(), nullptr);
  if (real == nullptr) {
    return Fail(SystemFailure("work folder " + workdir, errno)
                    .error.Hint("make it, or mount a tmpfs there"));
  }
  const std::string parent = real;
  std::free(real);
  const UniqueFd parent_fd(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!parent_fd) return SystemFailure("work folder " + parent, errno);
  ACD_CHECK(CheckInMemory(parent_fd.get(), "work folder " + parent, allow_disk));

  const std::string shared = (parent == "/" ? "" : parent) + "/" + kFolder;
  ACD_TRY(const UniqueFd shared_fd, OpenShared(parent_fd, shared));
  ACD_CHECK(CheckInMemory(shared_fd.get(), shared, allow_disk));

  // Held while folders come and go, so that nobody takes ours for a leftover before it is locked.
  const UniqueFd gate(
      ::openat(shared_fd.get(), kLock, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!gate) return SystemFailure(shared + "/" + kLock, errno);
  while (::flock(gate.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return SystemFailure(shared + "/" + kLock, errno);
  }
  RemoveLeftovers(shared_fd.get(), shared);
  ACD_TRY(std::string own, MakeUnique(shared + "/" + kProcess, shared));
  UniqueFd lock(::open(own.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!lock || !TryLock(lock.get())) {
    const Failure failure = SystemFailure(own, errno);
    RemoveTree(own);
    return failure;
  }
  const std::string id = own.substr(own.rfind('-') + 1);
  std::string tree_prefix = shared;
  tree_prefix.append("/").append(kRequest).append(id).append("-");
  return std::unique_ptr<WorkspaceRoot>(
      new WorkspaceRoot(std::move(own), std::move(tree_prefix), lock.Release()));
}

WorkspaceRoot::WorkspaceRoot(std::string path, std::string tree_prefix, int lock_fd)
    : path_(std::move(path)), tree_prefix_(std::move(tree_prefix)), lock_fd_(lock_fd) {}

WorkspaceRoot::~WorkspaceRoot() {
  if (remover_.joinable()) {
    remover_.request_stop();
    remover_.join();
  }
  RemoveNow();
  ::close(lock_fd_);
}

void WorkspaceRoot::RemoveNow() const noexcept {
  try {
    const std::size_t name = tree_prefix_.rfind('/') + 1;
    const std::string shared = tree_prefix_.substr(0, name);
    const UniqueFd fd(::open(shared.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (const std::string& entry : EntriesOf(fd.get())) {
      if (entry.starts_with(tree_prefix_.substr(name))) RemoveTree(shared + entry);
    }
  } catch (const std::bad_alloc&) {
    // A successor finds the rest.
  }
  RemoveTree(path_);
}

void WorkspaceRoot::Discard(const std::string& folder) const noexcept {
  try {
    std::unique_lock lock(mutex_);
    waiting_.push_back(folder);
    if (remover_.joinable() && waiting_.size() <= kMaxWaiting) {
      news_.notify_one();
      return;
    }
    std::vector<std::string> folders = std::exchange(waiting_, {});
    folders.insert(folders.end(), left_.begin(), left_.end());
    left_.clear();
    lock.unlock();
    RemoveAll(std::move(folders));
  } catch (const std::bad_alloc&) {
    RemoveTree(folder);  // the rest goes at the end
  }
}

void WorkspaceRoot::RemoveInBackground() {
  remover_ = std::jthread([this](const std::stop_token& stop) { RemoveAsTheyCome(stop); });
}

void WorkspaceRoot::RemoveAll(std::vector<std::string> folders) const {
  std::erase_if(folders, [](const std::string& path) { return RemoveTree(path); });
  const std::lock_guard lock(mutex_);
  left_.insert(left_.end(), folders.begin(), folders.end());
}

void WorkspaceRoot::RemoveAsTheyCome(const std::stop_token& stop) const {
  const auto next = [&] {
    std::unique_lock lock(mutex_);
    std::vector<std::string> folders;
    if (!news_.wait(lock, stop, [this] { return !waiting_.empty(); })) return folders;
    folders.swap(waiting_);
    folders.insert(folders.end(), left_.begin(), left_.end());
    left_.clear();
    return folders;
  };
  while (!stop.stop_requested()) {
    try {
      RemoveAll(next());
    } catch (const std::bad_alloc&) {
      // What was not removed goes at the end.
    }
  }
}

Result<Workspace> Workspace::Create(const WorkspaceRoot& root) {
  Workspace workspace;
  workspace.root_ = &root;
  ACD_TRY(workspace.run_, MakeUnique(root.path() + "/run-", "work folder"));
  ACD_TRY(workspace.tree_, MakeUnique(root.tree_prefix(), "work folder"));
  return workspace;
}

Workspace::Workspace(Workspace&& other) noexcept
    : root_(other.root_),
      tree_(std::exchange(other.tree_, {})),
      run_(std::exchange(other.run_, {})) {}

Workspace& Workspace::operator=(Workspace&& other) noexcept {
  if (this != &other) {
    Remove();
    root_ = other.root_;
    tree_ = std::exchange(other.tree_, {});
    run_ = std::exchange(other.run_, {});
  }
  return *this;
}

Workspace::~Workspace() { Remove(); }

void Workspace::Remove() noexcept {
  // Mostly there is nothing in it, and then it is gone before the remover would have been told.
  if (!run_.empty() && (::rmdir(run_.c_str()) == 0 || errno == ENOENT)) run_.clear();
  for (std::string* const folder : {&tree_, &run_}) {
    if (!folder->empty()) root_->Discard(*folder);
    folder->clear();
  }
}

}  // namespace acd::workspace
