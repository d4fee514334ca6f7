#include "plugin/health/report.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "plugin/preview/printable.h"

namespace acd::health {
namespace {

using Row = std::array<std::string, 4>;

constexpr std::size_t kMaxShown = 2000;  // bytes; a message of a controller has some hundred
constexpr std::size_t kMaxWidth = 80;    // longer names stand out of their column

Row ToRow(const Assessed& object) {
  const preview::Identity& identity = object.identity;
  const std::string name = identity.name.empty() ? "(no name)" : identity.name;
  return {identity.kind, identity.namespace_.empty() ? name : identity.namespace_ + "/" + name,
          object.health.status, object.health.message};
}

}  // namespace

std::string OneLine(std::string_view text) {
  std::size_t end = std::min(text.size(), kMaxShown);
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  std::string line(text.substr(0, end));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return preview::Printable(line) + (end < text.size() ? "..." : "");
}

std::string Table(std::span<const Assessed> objects) {
  if (objects.empty()) return {};
  std::vector<Row> rows = {{"KIND", "NAME", "STATUS", "MESSAGE"}};
  for (const Assessed& object : objects) rows.push_back(ToRow(object));
  std::array<std::size_t, 3> widths{};
  for (Row& row : rows) {
    for (std::string& cell : row) cell = OneLine(cell);
    for (std::size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::min(std::max(widths[i], row[i].size()), kMaxWidth);
    }
  }
  std::string table;
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const std::size_t size = std::min(row[i].size(), widths[i]);
      table += row[i] + std::string(widths[i] - size + 2, ' ');
    }
    table += row.back() + "\n";
  }
  return table;
}

std::string Json(std::span<const Assessed> objects) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& [identity, health] : objects) {
    list.push_back({{"group", identity.group},
                    {"kind", identity.kind},
                    {"namespace", identity.namespace_},
                    {"name", identity.name},
                    {"status", health.status},
                    {"message", health.message}});
  }
  return list.dump(2, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
}

std::size_t Count(std::span<const Assessed> objects, std::string_view status) {
  return static_cast<std::size_t>(
      std::count_if(objects.begin(), objects.end(),
                    [&](const Assessed& object) { return object.health.status == status; }));
}

std::string Counts(std::span<const Assessed> objects) {
  std::string text;
  for (const std::string_view status :
       {"Healthy", "Suspended", "Progressing", "Missing", "Degraded", "Unknown"}) {
    const std::size_t count = Count(objects, status);
    if (count == 0) continue;
    if (!text.empty()) text += ", ";
    text += std::to_string(count) + " " + std::string(status);
  }
  return text;
}

}  // namespace acd::health
