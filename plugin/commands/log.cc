#include "plugin/commands/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

namespace acd::commands {
namespace {

const char* LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

std::string Now() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                                 utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour,
                                 utc.tm_min, utc.tm_sec, static_cast<int>(ms));
  return {text.data(), static_cast<std::size_t>(size)};
}

// Bytes that are not UTF-8 become U+FFFD: a log line has to be readable by whoever collects it.
std::string Dump(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

nlohmann::json ToJson(const LogValue& value) {
  return std::visit([](const auto& held) { return nlohmann::json(held); }, value);
}

std::string ToText(const LogValue& value) {
  const nlohmann::json json = ToJson(value);
  if (!json.is_string()) return Dump(json);
  const auto& text = json.get_ref<const std::string&>();
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c > 0x20 && c < 0x7F && c != '"' && c != '=' && c != '\\';
  });
  return plain ? text : Dump(json);
}

}  // namespace

std::string FormatLogLine(LogFormat format, std::string_view time, LogLevel level,
                          std::string_view message, const LogFields& fields) {
  if (format == LogFormat::kJson) {
    nlohmann::ordered_json line;
    line["time"] = time;
    line["level"] = LevelName(level);
    line["msg"] = message;
    for (const auto& [name, value] : fields) line[name] = ToJson(value);
    return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  std::string line = std::string(time) + " " + LevelName(level) + " " + std::string(message);
  for (const auto& [name, value] : fields) line += " " + name + "=" + ToText(value);
  return line;
}

class Log::Sink {
 public:
  Sink() : logger_("argocd-decrypt", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger_.set_pattern("%v");
    logger_.set_level(spdlog::level::trace);
    logger_.flush_on(spdlog::level::trace);
  }
  void Write(const std::string& line) { logger_.log(spdlog::level::info, line); }

 private:
  spdlog::logger logger_;
};

Log::Log(LogFormat format, LogLevel least)
    : format_(format), least_(least), sink_(std::make_unique<Sink>()) {}

Log::~Log() = default;

void Log::Write(LogLevel level, std::string_view message, const LogFields& fields) {
  if (Wants(level)) sink_->Write(FormatLogLine(format_, Now(), level, message, fields));
}

void LogRequest(Log& log, const server::RequestRecord& record) {
  const bool failed = record.code != "OK";
  const bool quiet = record.method == "CheckPluginConfiguration" && !failed;
  const LogLevel level = failed ? LogLevel::kError : quiet ? LogLevel::kDebug : LogLevel::kInfo;
  if (!log.Wants(level)) return;

  const auto ms = [](std::chrono::microseconds time) {
    return static_cast<double>(time.count()) / 1000.0;
  };
  const auto count = [](std::uint64_t number) { return static_cast<std::int64_t>(number); };
  LogFields fields{{"method", record.method}, {"code", record.code}};
  const auto add_text = [&](const char* name, const std::string& value) {
    if (!value.empty()) fields.emplace_back(name, value);
  };
  add_text("app", record.application);
  add_text("project", record.project);
  add_text("path", record.source_path);
  add_text("renderer", record.renderer);
  add_text("error", record.error);
  for (const auto& [phase, time] : record.phases) fields.emplace_back(phase + "_ms", ms(time));
  fields.emplace_back("total_ms", ms(record.total));
  if (record.received_bytes > 0) {
    fields.emplace_back("received_bytes", count(record.received_bytes));
    fields.emplace_back("entries", count(record.entries));
    fields.emplace_back("unpacked_bytes", count(record.unpacked_bytes));
  }
  if (record.manifests > 0) {
    fields.emplace_back("files_decrypted", count(record.files_decrypted));
    fields.emplace_back("manifests", count(record.manifests));
    fields.emplace_back("manifest_bytes", count(record.manifest_bytes));
  }
  log.Write(level, failed ? "request failed" : "request", fields);
}

}  // namespace acd::commands
