-- Whether one of the selectors is empty, which matches all namespaces. Argo CD would write it back as an
-- empty list (cleanReturnedArray in its util/lua does not look into lists for it), which the API server
-- does not take. `next` is there: what actions do runs in Argo CD only, which opens the base library.
local function has_empty_selector()
  for _, selector in ipairs(table_or_empty(spec.namespaceSelectors)) do
    if type(selector) == "table" and next(selector) == nil then
      return true
    end
  end
  return false
end
