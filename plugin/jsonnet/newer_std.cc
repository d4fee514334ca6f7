#include "plugin/jsonnet/newer_std.h"

namespace acd::jsonnet {
namespace {

// Written from the descriptions of jsonnet.org/ref/stdlib.html.
constexpr std::string_view kText = R"jsonnet(
local base = std;
local extreme(arr, keyF, onEmpty, better) =
  if std.length(arr) == 0 then onEmpty
  else arr[std.foldl(function(at, i) if better(keyF(arr[i]), keyF(arr[at])) then i else at, std.range(1, std.length(arr) - 1), 0)];
base {
  base64(input)::
    if !std.isString(input) then base.base64(input)
    else if std.foldl(function(found, c) found || std.codepoint(c) > 255, std.stringChars(input), false) then
      error 'base64 takes no character above 255'
    else base.base64(std.encodeUTF8(input)),
  pi:: 3.14159265358979311600,
  id(x):: x,
  isNull(v):: std.type(v) == 'null',
  isDecimal(x):: std.floor(x) != x,
  isInteger(x):: std.floor(x) == x,
  isEven(x):: std.floor(x) % 2 == 0,
  isOdd(x):: std.floor(x) % 2 != 0,
  xor(x, y):: x != y,
  xnor(x, y):: x == y,
  round(x):: std.floor(x + 0.5),
  hypot(a, b):: std.sqrt(a * a + b * b),
  deg2rad(x):: x * self.pi / 180,
  rad2deg(x):: x * 180 / self.pi,
  log2(x):: local e = std.exponent(x), m = std.mantissa(x); if m == 0.5 then e - 1 else std.log(x) / std.log(2),
  log10(x):: std.log(x) / std.log(10),
  atan2(y, x)::
    if x > 0 then std.atan(y / x)
    else if x < 0 then std.atan(y / x) + (if y >= 0 then self.pi else -self.pi)
    else if y > 0 then self.pi / 2 else if y < 0 then -self.pi / 2 else 0,
  all(arr):: std.foldl(function(so_far, x) so_far && (if std.isBoolean(x) then x else error 'std.all: an element is no boolean'), arr, true),
  any(arr):: std.foldl(function(so_far, x) so_far || (if std.isBoolean(x) then x else error 'std.any: an element is no boolean'), arr, false),
  sum(arr):: std.foldl(function(a, b) a + b, arr, 0),
  avg(arr):: if std.length(arr) == 0 then error 'Cannot calculate average of an empty array.' else self.sum(arr) / std.length(arr),
  contains(arr, elem):: std.member(arr, elem),
  minArray(arr, keyF=function(x) x, onEmpty=error 'Expected at least one element in array. Got none')::
    extreme(arr, keyF, onEmpty, function(a, b) a < b),
  maxArray(arr, keyF=function(x) x, onEmpty=error 'Expected at least one element in array. Got none')::
    extreme(arr, keyF, onEmpty, function(a, b) a > b),
  remove(arr, elem)::
    local found = std.find(elem, arr);
    if std.length(found) == 0 then arr else self.removeAt(arr, found[0]),
  removeAt(arr, at):: [arr[i] for i in std.range(0, std.length(arr) - 1) if i != at],
  flattenDeepArray(value):: if std.isArray(value) then [y for x in value for y in self.flattenDeepArray(x)] else [value],
  isEmpty(str):: std.length(str) == 0,
  equalsIgnoreCase(a, b):: std.asciiLower(a) == std.asciiLower(b),
  trim(str):: std.stripChars(str, ' \t\n\f\r\u0085\u00A0'),
  splitLimitR(str, c, maxsplits)::
    if maxsplits == -1 then std.split(str, c)
    else
      local parts = std.split(str, c), n = std.length(parts);
      if n <= maxsplits + 1 then parts
      else [std.join(c, parts[0:n - maxsplits])] + parts[n - maxsplits:],
  escapeStringXML(str_)::
    local special = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', "'": '&apos;' };
    std.join('', [std.get(special, c, c) for c in std.stringChars(std.toString(str_))]),
  objectKeysValues(o):: [{ key: k, value: o[k] } for k in std.objectFields(o)],
  objectKeysValuesAll(o):: [{ key: k, value: o[k] } for k in std.objectFieldsAll(o)],
  objectRemoveKey(obj, key):: { [k]: obj[k] for k in std.objectFields(obj) if k != key },
}
)jsonnet";

}  // namespace

std::string_view NewerStd() { return kText; }

}  // namespace acd::jsonnet
