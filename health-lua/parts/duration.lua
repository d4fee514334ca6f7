-- Whether a duration is zero or negative, as Go reads it: "0", "0h0m0s", "+0.0s", "-5m". There is no
-- string library: `read` grows by one of the letters that a zero may have, as long as one fits.
local zero_letters = {"0", "h", "m", "s", "n", "u", ".", "+", "\194\181", "\206\188"}

local function is_zero_or_less(duration)
  if type(duration) == "number" then
    return duration <= 0
  end
  local value = text(duration)
  if begins_with(value, "-") then
    return true
  end
  if value == "" or #value > 40 then
    return false
  end
  local read = ""
  while read ~= value do
    local longer = nil
    for _, letter in ipairs(zero_letters) do
      if begins_with(value, read .. letter) then
        longer = read .. letter
      end
    end
    if longer == nil then
      return false
    end
    read = longer
  end
  return true
end
