#include "plugin/custom/announcement_json.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace acd::custom {
namespace {

using Json = nlohmann::json;  // whose objects are found by their order, not by looking at each
using OrderedJson = nlohmann::ordered_json;

constexpr std::size_t kMaxAnnouncements = 10'000;

std::string Lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

Failure Wrong(std::size_t index, const std::string& field, const char* what) {
  return Fail(Code::kInvalidInput, "output: [" + std::to_string(index) + "]" +
                                       (field.empty() ? "" : "." + field) + ": must be " + what);
}

Status ReadField(const std::string& field, const Json& value, std::size_t index,
                 Announcement& known) {
  const auto text = [&](std::string& target) -> Status {
    if (!value.is_string()) return Wrong(index, field, "a text");
    target = value.get<std::string>();
    return {};
  };
  const std::string name = Lower(field);
  if (name == "name") return text(known.name);
  if (name == "title") return text(known.title);
  if (name == "tooltip") return text(known.tooltip);
  if (name == "itemtype") return text(known.item_type);
  if (name == "collectiontype") return text(known.collection_type);
  if (name == "string") return text(known.string);
  if (name == "required") {
    if (!value.is_boolean()) return Wrong(index, field, "true or false");
    known.required = value.get<bool>();
  }
  if (name == "array") {
    if (!value.is_array()) return Wrong(index, field, "a list of texts");
    known.array.clear();
    for (const Json& item : value) {
      if (!item.is_string() && !item.is_null()) return Wrong(index, field, "a list of texts");
      known.array.push_back(item.is_null() ? std::string() : item.get<std::string>());
    }
  }
  if (name == "map") {
    if (!value.is_object()) return Wrong(index, field, "a map of texts");
    for (const auto& [key, item] : value.items()) {
      if (!item.is_string() && !item.is_null()) return Wrong(index, field, "a map of texts");
      known.map[key] = item.is_null() ? std::string() : item.get<std::string>();
    }
  }
  return {};  // other fields are nobody's business
}

}  // namespace

Result<std::vector<Announcement>> AnnouncementsFromJson(std::string_view text) {
  const Json list = Json::parse(text, nullptr, false);
  std::vector<Announcement> announcements;
  if (list.is_null()) return announcements;
  if (!list.is_array() || list.size() > kMaxAnnouncements) {
    return Fail(Code::kInvalidInput, "output: must be a JSON array of parameters",
                "such as [{\"name\": \"replicas\", \"title\": \"Replicas\", \"string\": \"1\"}]");
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].is_null()) continue;
    if (!list[i].is_object()) return Wrong(i, "", "an object");
    Announcement known;
    for (const auto& [field, value] : list[i].items()) {
      if (!value.is_null()) ACD_CHECK(ReadField(field, value, i, known));
    }
    announcements.push_back(std::move(known));
  }
  return announcements;
}

std::string AnnouncementsJson(const std::vector<Announcement>& announcements) {
  OrderedJson list = OrderedJson::array();
  for (const Announcement& announcement : announcements) {
    OrderedJson entry{{"name", announcement.name}, {"title", announcement.title}};
    const auto add = [&](const char* name, const std::string& text) {
      if (!text.empty()) entry[name] = text;
    };
    add("tooltip", announcement.tooltip);
    if (announcement.required) entry["required"] = true;
    add("itemType", announcement.item_type);
    add("collectionType", announcement.collection_type);
    add("string", announcement.string);
    if (!announcement.array.empty()) entry["array"] = announcement.array;
    if (!announcement.map.empty()) entry["map"] = announcement.map;
    list.push_back(std::move(entry));
  }
  return list.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace acd::custom
