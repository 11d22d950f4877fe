-- One step of a walk over all keys, from the cursor ARGV[1]: the next cursor, and how many were met that have not expired.
local reply = redis.call("SCAN", ARGV[1], "COUNT", 5000)
return { reply[1], #reply[2] }
