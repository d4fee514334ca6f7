#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "plugin/server/request_record.h"

namespace acd::commands {

enum class LogLevel { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kText, kJson };

using LogValue = std::variant<std::string, std::int64_t, double, std::vector<std::string>>;
using LogFields = std::vector<std::pair<std::string, LogValue>>;

/// One line per event on standard error: `time`, `level`, `msg` and the event's own fields.
///
/// JSON lines are valid whatever a field holds; text lines are `key=value` with quotes where
/// needed. Never give it a value of a manifest or a key. Threads: safe to call concurrently.
class Log {
 public:
  Log(LogFormat format, LogLevel least);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void Write(LogLevel level, std::string_view message, const LogFields& fields);
  bool Wants(LogLevel level) const { return level >= least_; }

 private:
  class Sink;
  LogFormat format_;
  LogLevel least_;
  std::unique_ptr<Sink> sink_;
};

/// The line without its end, as `Log` writes it; `time` is already formatted.
std::string FormatLogLine(LogFormat format, std::string_view time, LogLevel level,
                          std::string_view message, const LogFields& fields);

/// The line of one finished call. Calls that carry no files are logged at debug level: the
/// repo-server makes two of them for each render.
void LogRequest(Log& log, const server::RequestRecord& record);

}  // namespace acd::commands
