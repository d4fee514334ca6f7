-- The map under this name, made where there is none.
local function child(parent, name)
  if type(parent[name]) ~= "table" or parent[name][1] ~= nil then
    parent[name] = {}
  end
  return parent[name]
end
