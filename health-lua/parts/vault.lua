-- A condition of an earlier generation says nothing about what was applied last.
local function of_this_generation(condition)
  return generation ~= nil and condition.observedGeneration == generation
end

local function or_no_reason(cause)
  if cause == "" then
    return "the operator gave no reason"
  end
  return cause
end

-- The condition that decides, since 1.0: Ready, since 1.3, says the same as Healthy.
local result = newest_condition(status.conditions, "Healthy") or
    newest_condition(status.conditions, "Ready")

local function unfinished()
  return answer("Progressing", "Vault Secrets Operator has not finished: its condition Healthy is " ..
      "neither True nor False")
end
