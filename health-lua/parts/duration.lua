-- Whether a duration is zero or negative, as Go writes them: "0", "0h0m0s", "+0.0s", "-5m". There is no
-- string library to cut with: `read` grows by what fits, until it is the whole value or nothing fits.
local all_digits = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}
local duration_units = {"ns", "us", "\194\181s", "\206\188s", "ms", "s", "m", "h"}

-- `read` with the first of these that follows in the value; nil when none does.
local function longer(value, read, texts)
  for _, piece in ipairs(texts) do
    if begins_with(value, read .. piece) then
      return read .. piece
    end
  end
  return nil
end

-- `read` with the digits that follow in the value, and whether there are any.
local function with_digits(value, read, digits)
  local any = false
  local next_read = longer(value, read, digits)
  while next_read ~= nil do
    any, read = true, next_read
    next_read = longer(value, read, digits)
  end
  return read, any
end

local function is_zero_or_less(duration)
  local value = text(duration)
  local read, digits = "", {"0"}
  if begins_with(value, "+") then
    read = "+"
  elseif begins_with(value, "-") then
    read, digits = "-", all_digits
  end
  if value == read .. "0" then
    return true
  end
  if value == read or #value > 60 then
    return false
  end
  while read ~= value do
    local before, after
    read, before = with_digits(value, read, digits)
    read = longer(value, read, {"."}) or read
    read, after = with_digits(value, read, digits)
    read = longer(value, read, duration_units)
    if read == nil or not (before or after) then
      return false
    end
  end
  return true
end
