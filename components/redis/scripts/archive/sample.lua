-- ARGV[1] keys taken at random, their names in hexadecimal. Not those that are longer than a line should be, or have expired.
local found, seen = {}, {}
for _ = 1, 2 * ARGV[1] do
  local key = redis.call("RANDOMKEY")
  if not key or #found == tonumber(ARGV[1]) then break end
  if #key <= 256 and not seen[key] and redis.call("EXISTS", key) == 1 then
    seen[key] = true
    found[#found + 1] = (key:gsub(".", function(letter) return string.format("%02x", letter:byte()) end))
  end
end
return found
