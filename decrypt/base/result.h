#pragma once

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "decrypt/base/error.h"

namespace acd {

/// What `Fail` returns: converts to any `Result<T>`.
struct Failure {
  Error error;
};

/// Makes a failure: `return Fail(Code::kInvalidInput, "sops.mac: missing");`
inline Failure Fail(Code code, std::string message, std::string_view hint = {}) {
  return Failure{Error{code, std::move(message), std::string(hint)}};
}
inline Failure Fail(Error error) { return Failure{std::move(error)}; }

/// A `T` or an `Error`. Member names follow std::expected, so that a later move to it is
/// mechanical. Reading the side that is not there ends the process: that is a bug, never an input's
/// fault.
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  // Implicit on purpose, as in std::expected: `return value;` and `return Fail(...);`.
  template <typename U = T>
  requires(!std::is_same_v<std::remove_cvref_t<U>, Result> &&
           !std::is_same_v<std::remove_cvref_t<U>, Failure> && std::is_constructible_v<T, U&&>)
      Result(U&& value)
      : state_(std::in_place_index<0>, std::forward<U>(value)) {}
  Result(Failure failure) : state_(std::in_place_index<1>, std::move(failure.error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & { return *Get<0>(state_); }
  const T& value() const& { return *Get<0>(state_); }
  T&& value() && { return std::move(*Get<0>(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  Error& error() & { return *Get<1>(state_); }
  const Error& error() const& { return *Get<1>(state_); }
  Error&& error() && { return std::move(*Get<1>(state_)); }

 private:
  template <std::size_t I, typename V>
  static auto* Get(V& v) {
    auto* p = std::get_if<I>(&v);
    if (p == nullptr) std::abort();
    return p;
  }
  std::variant<T, Error> state_;
};

/// Success without a value, or an `Error`.
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Failure failure) : error_(std::move(failure.error)) {}

  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  void value() const {
    if (error_) std::abort();
  }
  Error& error() & { return Get(); }
  const Error& error() const& { return const_cast<Result*>(this)->Get(); }
  Error&& error() && { return std::move(Get()); }

 private:
  Error& Get() {
    if (!error_) std::abort();
    return *error_;
  }
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace acd

#define ACD_CONCAT_INNER(a, b) a##b
#define ACD_CONCAT(a, b) ACD_CONCAT_INNER(a, b)

/// `ACD_TRY(auto x, Parse(text));` declares x from a Result, or returns its error.
#define ACD_TRY(decl, expr) ACD_TRY_IMPL(ACD_CONCAT(acd_result_, __LINE__), decl, expr)
#define ACD_TRY_IMPL(tmp, decl, expr)                               \
  auto tmp = (expr);                                                \
  if (!tmp.has_value()) return ::acd::Fail(std::move(tmp).error()); \
  decl = std::move(tmp).value()

/// `ACD_CHECK(Write(...));` returns the error of a Status, or goes on.
#define ACD_CHECK(expr)                                    \
  do {                                                     \
    if (auto acd_status = (expr); !acd_status.has_value()) \
      return ::acd::Fail(std::move(acd_status).error());   \
  } while (false)
