#include "plugin/health/assess.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <lua.hpp>
#include <memory>

namespace acd::health {
namespace {

using preview::Value;
using Clock = std::chrono::steady_clock;

// Of one object as Lua tables, the largest that a manifest's limits let through included.
constexpr std::size_t kMaxMemory = std::size_t{1} << 30U;
constexpr std::chrono::seconds kMaxTime{1};  // as in Argo CD
constexpr int kInstructionsBetweenLooks = 100'000;

constexpr std::array<std::string_view, 6> kStatuses = {"Healthy",   "Progressing", "Degraded",
                                                       "Suspended", "Missing",     "Unknown"};

// What one run may use, and the way from a state back to it.
struct Bounds {
  std::size_t used = 0;
  bool out_of_memory = false;
  Clock::time_point deadline = Clock::now() + kMaxTime;
  bool out_of_time = false;
};

void* Allocate(void* user, void* block, std::size_t old_size, std::size_t new_size) {
  auto& bounds = *static_cast<Bounds*>(user);
  if (new_size == 0) {
    bounds.used -= old_size;
    std::free(block);
    return nullptr;
  }
  if (new_size > old_size && new_size - old_size > kMaxMemory - bounds.used) {
    bounds.out_of_memory = true;
    return nullptr;
  }
  void* const moved = std::realloc(block, new_size);
  if (moved != nullptr) bounds.used += new_size - old_size;
  return moved;
}

void LookAtTheClock(lua_State* lua, lua_Debug*) {
  void* user = nullptr;
  lua_getallocf(lua, &user);
  auto& bounds = *static_cast<Bounds*>(user);
  if (Clock::now() < bounds.deadline) return;
  bounds.out_of_time = true;
  luaL_error(lua, "out of time");
}

struct Close {
  void operator()(lua_State* lua) const { lua_close(lua); }
};

// One run. Lua reports errors by longjmp, so whatever lies between it and Lua has nothing in it
// that would have to be destroyed; its answer are texts inside the state.
struct Task {
  std::string_view script;
  const Value* object = nullptr;
  std::string_view status = {};
  std::string_view message = {};
};

void PushText(lua_State* lua, std::string_view text) {
  lua_pushlstring(lua, text.data(), text.size());
}

void PushNumber(lua_State* lua, const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && std::isfinite(number)) {
    lua_pushnumber(lua, number);
  } else {
    PushText(lua, text);  // infinite, or none; Argo CD gets no such thing, as JSON has none
  }
}

void Push(lua_State* lua, const Value& value) {
  luaL_checkstack(lua, 3, "the object is nested too deeply");
  switch (value.kind) {
    case Value::Kind::kNull:
      return lua_pushnil(lua);
    case Value::Kind::kBool:
      return lua_pushboolean(lua, value.text == "true" ? 1 : 0);
    case Value::Kind::kNumber:
      return PushNumber(lua, value.text);
    case Value::Kind::kString:
      return PushText(lua, value.text);
    case Value::Kind::kList:
    case Value::Kind::kMap:
      break;
  }
  lua_createtable(lua, 0, 0);
  int position = 0;
  for (const Value& item : value.items) {
    if (item.kind == Value::Kind::kNull) continue;
    Push(lua, item);
    lua_rawseti(lua, -2, ++position);
  }
  for (const auto& [key, member] : value.members) {
    PushText(lua, key);
    Push(lua, member);
    lua_rawset(lua, -3);
  }
}

// Of the base library two functions are taken; it is not there for the script.
void PushEnvironment(lua_State* lua, const Value& object) {
  lua_pushcfunction(lua, luaopen_base);
  lua_call(lua, 0, 0);
  lua_newtable(lua);
  for (const char* const name : {"type", "ipairs"}) {
    lua_getglobal(lua, name);
    lua_setfield(lua, -2, name);
  }
  Push(lua, object);
  lua_setfield(lua, -2, "obj");
}

std::string_view TextAt(lua_State* lua, int index) {
  if (lua_type(lua, index) != LUA_TSTRING) return {};
  std::size_t size = 0;
  const char* const text = lua_tolstring(lua, index, &size);
  return {text, size};
}

int Run(lua_State* lua) {
  auto& task = *static_cast<Task*>(lua_touserdata(lua, 1));
  if (luaL_loadbuffer(lua, task.script.data(), task.script.size(), "=health.lua") != 0) {
    return lua_error(lua);
  }
  PushEnvironment(lua, *task.object);
  lua_setfenv(lua, -2);
  lua_call(lua, 0, 1);
  if (!lua_istable(lua, -1)) return luaL_error(lua, "the script returned no table");
  lua_getfield(lua, -1, "status");
  task.status = TextAt(lua, -1);
  lua_getfield(lua, -2, "message");
  task.message = TextAt(lua, -1);
  return 0;
}

}  // namespace

Result<Health> Assess(std::string_view script, const Value& object) {
  Bounds bounds;
  const std::unique_ptr<lua_State, Close> lua(lua_newstate(Allocate, &bounds));
  if (lua == nullptr) return Fail(Code::kNoRoom, "no memory for a Lua state");
  lua_sethook(lua.get(), LookAtTheClock, LUA_MASKCOUNT, kInstructionsBetweenLooks);
  Task task{script, &object};
  if (lua_cpcall(lua.get(), Run, &task) != 0) {
    if (bounds.out_of_memory) {
      return Fail(Code::kLimitExceeded, "the object takes more than " +
                                            std::to_string(kMaxMemory >> 20U) + " MiB in Lua");
    }
    if (bounds.out_of_time) return Fail(Code::kLimitExceeded, "the check took more than a second");
    return Fail(Code::kInternal, "the check failed: " + std::string(TextAt(lua.get(), -1)));
  }
  // No longer anchored, but nothing has asked Lua for memory since.
  Health health{std::string(task.status), std::string(task.message)};
  if (std::find(kStatuses.begin(), kStatuses.end(), health.status) == kStatuses.end()) {
    return Fail(Code::kInternal, "the check gave no health status");
  }
  return health;
}

}  // namespace acd::health
