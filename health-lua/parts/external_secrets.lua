local function or_no_message(message)
  if message == "" then
    return "the operator gave no message"
  end
  return message
end

-- The message of a condition, and its reason in parentheses.
local function with_reason(condition)
  local reason, message = text(condition.reason), or_no_message(text(condition.message))
  if reason == "" then
    return message
  end
  return message .. " (" .. reason .. ")"
end

-- "; a; b; c; and 2 more" of a list of texts.
local function listed(pieces)
  local shown = ""
  for position, piece in ipairs(pieces) do
    if position <= 3 then
      shown = shown .. "; " .. piece
    end
  end
  if #pieces > 3 then
    shown = shown .. "; and " .. (#pieces - 3) .. " more"
  end
  return shown
end

local function unfinished()
  return answer("Progressing", "External Secrets Operator has not finished: its condition Ready is " ..
      "neither True nor False")
end
