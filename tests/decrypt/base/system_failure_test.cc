#include "decrypt/base/system_failure.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace acd {
namespace {

TEST(SystemFailure, SaysWhatLacksAndThatItMayBeOverInAMoment) {
  for (const int error : {EMFILE, ENFILE, ENOMEM, EAGAIN, ENOSPC, EDQUOT}) {
    const Error found = SystemFailure("pipe", error).error;
    EXPECT_EQ(found.code, Code::kNoRoom);
    EXPECT_EQ(found.message, "pipe: " + SystemWords(error));
    EXPECT_FALSE(found.hint.empty());
  }
}

TEST(SystemFailure, TakesTheCallersWordForWhereThereIsNoRoom) {
  EXPECT_EQ(SystemFailure("result", ENOSPC, "write elsewhere").error.hint, "write elsewhere");
  EXPECT_EQ(SystemFailure("result", EMFILE, "write elsewhere").error.hint,
            SystemFailure("result", EMFILE).error.hint);
}

TEST(SystemFailure, TellsOthersApart) {
  const Error found = SystemFailure("/a/file", EACCES, "make it readable").error;
  EXPECT_EQ(found.code, Code::kIo);
  EXPECT_EQ(found.message, "/a/file: Permission denied");
  EXPECT_EQ(found.hint, "make it readable");
  EXPECT_EQ(SystemFailure("/a/file", ENOENT).error.code, Code::kIo);
}

TEST(SystemFailure, OfANamedFileMayMeanThatThereIsNone) {
  EXPECT_EQ(FileFailure("/a/file", ENOENT).error.code, Code::kNotFound);
  EXPECT_EQ(FileFailure("/a/file", ENOTDIR).error.code, Code::kNotFound);
  EXPECT_EQ(FileFailure("/a/file", EACCES).error.code, Code::kIo);
  EXPECT_EQ(FileFailure("/a/file", EMFILE).error.code, Code::kNoRoom);
}

}  // namespace
}  // namespace acd
