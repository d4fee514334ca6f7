#include "plugin/metrics/listen_address.h"

#include <gtest/gtest.h>

#include "tests/support/matchers.h"

namespace acd::metrics {
namespace {

TEST(ListenAddress, ReadsWhatPeopleWrite) {
  struct Row {
    const char* text;
    const char* host;
    int port;
  };
  for (const Row& row :
       {Row{"127.0.0.1:9096", "127.0.0.1", 9096}, Row{":9096", "", 9096}, Row{"[::1]:0", "::1", 0},
        Row{"[::]:65535", "::", 65535}, Row{"localhost:80", "localhost", 80}}) {
    const auto address = ParseListenAddress(row.text);
    ASSERT_THAT(address, testing::IsOk()) << row.text;
    EXPECT_EQ(address->host, row.host) << row.text;
    EXPECT_EQ(address->port, row.port) << row.text;
    EXPECT_EQ(FormatListenAddress(*address), row.text);
  }
}

TEST(ListenAddress, RefusesTheRest) {
  for (const char* text : {"", "9096", "localhost", "127.0.0.1:", "127.0.0.1:http", "1.2.3.4:65536",
                           "1.2.3.4:-1", "1.2.3.4: 80", "::1:9096", "[::1:9096", "::1]:9096",
                           "http://x:80", "a b:80", "1.2.3.4:80x"}) {
    EXPECT_THAT(ParseListenAddress(text), testing::Fails(Code::kInvalidInput, "HOST:PORT")) << text;
  }
}

}  // namespace
}  // namespace acd::metrics
