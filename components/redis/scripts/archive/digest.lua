-- "NAME DIGEST" of each key that ARGV names, names in hexadecimal. What two Redis hold under a key is the same if the digests are: they are
-- made of the elements in an order of their own, so that neither the encoding nor the version of the Redis nor a time to live matters.
-- "absent" for a key that is not there, or has expired; "large" for one of more than 10,000 elements or a million bytes, which would keep
-- everybody waiting.
local function unhex(text) return (text:gsub("..", function(pair) return string.char(tonumber(pair, 16)) end)) end

-- Each element with its length before it, or "ab","c" would be "a","bc".
local function joined(elements)
  for n = 1, #elements do elements[n] = #elements[n] .. ":" .. elements[n] end
  return table.concat(elements)
end

local function sorted(elements) table.sort(elements) return elements end

local function pairs_of(flat)
  local both = {}
  for n = 1, #flat, 2 do both[#both + 1] = #flat[n] .. ":" .. flat[n] .. "=" .. flat[n + 1] end
  return both
end

local function entries(stream)
  local all = {}
  for n = 1, #stream do all[n] = stream[n][1] .. "=" .. joined(stream[n][2]) end
  return all
end

local size = { string = "STRLEN", list = "LLEN", set = "SCARD", zset = "ZCARD", hash = "HLEN", stream = "XLEN" }
local content = {
  string = function(key) return { redis.call("GET", key) } end,
  list = function(key) return redis.call("LRANGE", key, 0, -1) end,
  set = function(key) return sorted(redis.call("SMEMBERS", key)) end,
  zset = function(key) return sorted(pairs_of(redis.call("ZRANGE", key, 0, -1, "WITHSCORES"))) end,
  hash = function(key) return sorted(pairs_of(redis.call("HGETALL", key))) end,
  stream = function(key) return entries(redis.call("XRANGE", key, "-", "+")) end,
}

local function digest(key)
  local kind = redis.call("TYPE", key).ok
  if kind == "none" then return "absent" end
  -- A type of a module: its own form is all that there is to compare.
  if not size[kind] then return redis.sha1hex(redis.call("DUMP", key)) end
  if redis.call(size[kind], key) > (kind == "string" and 1000000 or 10000) then return "large" end
  return redis.sha1hex(kind .. joined(content[kind](key)))
end

local found = {}
for n = 1, #ARGV do found[n] = ARGV[n] .. " " .. digest(unhex(ARGV[n])) end
return found
