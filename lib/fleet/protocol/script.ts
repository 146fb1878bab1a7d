import { createHash } from 'node:crypto';

/**
 * The rules of `step.ts` in Lua, for Redis >= 6.2 and Valkey >= 7.2.
 * KEYS: record, votes, members, wells, probes, gate. ARGV: op, channel, name, notAfter, id, the operation's arguments.
 */
export const SCRIPT: string = `
local op, channel, name, notAfter, id = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]
local args = {}
for i = 6, #ARGV do args[#args + 1] = ARGV[i] end
local kr, kv, km, kw, kp, kg = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local call = redis.call
local time = call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local DAY = 86400000
local function num(n) return string.format('%.0f', n) end

if op == 'list' then
  return call('ZRANGEBYSCORE', kr, num(now - 7 * DAY), '+inf')
end
if op == 'enlist' then
  if now > notAfter then return { 'late' } end
  for _, listed in ipairs(args) do call('ZADD', kr, num(now), listed) end
  call('ZREMRANGEBYSCORE', kr, '-inf', num(now - 7 * DAY))
  call('PEXPIRE', kr, num(7 * DAY))
  return { 'enlisted' }
end

local r = { id = '', epoch = 0, state = 'closed', until_ = 0, trips = 0, closedAt = 0, successes = 0, why = '' }
local exists = false
do
  local stored = call('HGETALL', kr)
  local raw = {}
  for i = 1, #stored, 2 do raw[stored[i]] = stored[i + 1] end
  if raw.id then
    exists = true
    r.id, r.state, r.why = raw.id, raw.state or 'closed', raw.why or ''
    r.epoch, r.until_, r.trips = tonumber(raw.epoch) or 0, tonumber(raw['until']) or 0, tonumber(raw.trips) or 0
    r.closedAt, r.successes = tonumber(raw.closedAt) or 0, tonumber(raw.successes) or 0
  end
end

local function openIn()
  if r.state == 'isolated' and r.until_ == 0 then return -1 end
  return math.max(0, r.until_ - now)
end
local function sinceClosed()
  if r.closedAt > 0 then return math.max(0, now - r.closedAt) end
  return -1
end
local function save()
  exists = true
  call('HSET', kr, 'id', r.id, 'epoch', num(r.epoch), 'state', r.state, 'until', num(r.until_), 'trips', num(r.trips),
    'closedAt', num(r.closedAt), 'successes', num(r.successes), 'why', r.why)
  if r.state == 'isolated' and r.until_ == 0 then call('PERSIST', kr)
  else call('PEXPIRE', kr, num(math.max(DAY, 4 * math.max(0, r.until_ - now)))) end
end
local function publish(text) call('PUBLISH', channel, name .. ' ' .. text) end
local function tell(cause, votes, members)
  publish(r.id .. ' state ' .. num(r.epoch) .. ' ' .. r.state .. ' ' .. num(openIn()) .. ' ' .. num(r.trips) .. ' '
    .. num(sinceClosed()) .. ' ' .. cause .. ' ' .. num(votes) .. ' ' .. num(members))
end
local function become(state, ends, trips, closedAt, why, cause, votes, members)
  if r.id == '' then r.id = id end
  r.epoch = math.max(r.epoch + 1, now)
  r.state, r.until_, r.trips, r.closedAt, r.successes, r.why = state, ends, trips, closedAt, 0, why
  save()
  call('DEL', kv, kw, kp)
  tell(cause, votes, members)
end
local function expire()
  if r.state == 'isolated' and r.until_ > 0 and now >= r.until_ then
    become('closed', 0, 0, 0, 'reset', 'reset', 0, 0)
  end
end
local function recovery(trips, base, growth, most)
  local wait, trip = base, 2
  while trip <= trips and wait < most do
    wait = wait * growth
    trip = trip + 1
  end
  return math.floor(math.min(wait, most))
end
local function add(key, entry, ms)
  local added = call('ZADD', key, num(now + ms), entry)
  call('PEXPIRE', key, num(2 * ms))
  return added
end
local function left(key)
  call('ZREMRANGEBYSCORE', key, '-inf', num(now))
  return call('ZCARD', key)
end
local function inTime(key) return call('ZCOUNT', key, '(' .. num(now), '+inf') end
local function firstEnd(key)
  local first = call('ZRANGEBYSCORE', key, '(' .. num(now), '+inf', 'LIMIT', '0', '1')
  return tonumber(call('ZSCORE', key, first[1]))
end
local function gateIn() return math.max(0, (tonumber(call('GET', kg) or '0') or 0) - now) end

local ops = {}
function ops.read()
  return { 'read', num(inTime(km)), num(inTime(kv)), num(inTime(kw)), num(gateIn()) }
end
function ops.sync(member, present, presenceMs, epoch, state, openInMs, trips, sinceMs, why)
  local rank = { closed = 0, open = 1, isolated = 2 }
  epoch = tonumber(epoch)
  local restored = epoch > r.epoch or (epoch == r.epoch and epoch > 0 and rank[state] > rank[r.state])
  if restored then
    local wait, since = tonumber(openInMs), tonumber(sinceMs)
    r.id, r.epoch, r.state, r.trips, r.successes, r.why = id, epoch, state, tonumber(trips), 0, why
    r.until_ = (state == 'closed' or wait < 0) and 0 or now + wait
    r.closedAt = since < 0 and 0 or now - since
    save()
    call('DEL', kv, kw, kp)
    expire()
    tell('restored', 0, 0)
  else
    if not exists then r.id = id end
    save()
  end
  if present == '1' then add(km, member, tonumber(presenceMs)) end
  return { restored and 'restored' or 'synced', num(left(km)), num(left(kv)) }
end
function ops.vote(member, voteMs, quorum, presenceMs, base, growth, most, flapMs, size)
  add(km, member, tonumber(presenceMs))
  local members = math.max(left(km), tonumber(size))
  if r.state ~= 'closed' then return { 'decided', '0', num(members) } end
  if not exists then
    r.id = id
    save()
  end
  local before = left(kv)
  add(kv, member, tonumber(voteMs))
  local votes = call('ZCARD', kv)
  if votes >= 2 and votes > tonumber(quorum) * members + 1e-9 then
    local trips = 1
    if r.closedAt > 0 and now - r.closedAt < tonumber(flapMs) then trips = r.trips + 1 end
    local wait = recovery(trips, tonumber(base), tonumber(growth), tonumber(most))
    become('open', now + wait, trips, r.closedAt, 'quorum', 'quorum', votes, members)
    return { 'opened', num(votes), num(members) }
  end
  if before == 0 then publish(r.id .. ' vote ' .. num(r.epoch)) end
  return { 'voted', num(votes), num(members) }
end
function ops.retract(member)
  call('ZREM', kv, member)
  return { 'retracted' }
end
function ops.leave(member)
  for _, key in ipairs({ kv, km, kw }) do call('ZREM', key, member) end
  return { 'left' }
end
function ops.well(member, isWell, quorum, presenceMs, size)
  add(km, member, tonumber(presenceMs))
  local members = math.max(left(km), tonumber(size))
  if r.state ~= 'open' then return { 'decided', '0', num(members) } end
  if isWell == '1' then add(kw, member, tonumber(presenceMs)) else call('ZREM', kw, member) end
  local wells = left(kw)
  if wells == 0 or wells < (1 - tonumber(quorum)) * members - 1e-9 then
    return { 'contested', num(wells), num(members) }
  end
  become('closed', 0, 0, 0, 'dissolved', 'dissolved', wells, members)
  return { 'dissolved', num(wells), num(members) }
end
function ops.acquire(lease, epoch, leaseMs, probes)
  if r.state ~= 'open' or r.epoch ~= tonumber(epoch) then return { 'stale', '0' } end
  if now < r.until_ then return { 'wait', num(r.until_ - now) } end
  local held = tonumber(call('ZSCORE', kp, lease) or '0')
  if held > now then return { 'granted', num(held - now) } end
  local out = inTime(kp)
  if out > 0 and out + r.successes >= tonumber(probes) then return { 'wait', num(firstEnd(kp) - now) } end
  call('ZADD', kp, num(now + tonumber(leaseMs)), lease)
  call('PEXPIRE', kp, '3600000')
  if out + 1 + r.successes >= tonumber(probes) then
    publish(r.id .. ' probing ' .. num(r.epoch) .. ' ' .. num(firstEnd(kp) - now))
  end
  return { 'granted', leaseMs }
end
function ops.settle(lease, epoch, outcome, probes, base, growth, most)
  if r.state ~= 'open' or r.epoch ~= tonumber(epoch) then return { 'stale' } end
  local held = call('ZSCORE', kp, lease)
  if not held or call('ZREM', kp, lease) == 0 then return { 'gone' } end
  if outcome == 'failure' and tonumber(held) > now then
    local trips = r.trips + 1
    local wait = recovery(trips, tonumber(base), tonumber(growth), tonumber(most))
    become('open', now + wait, trips, r.closedAt, 'probe', 'probe', 0, 0)
    return { 'reopened' }
  end
  if outcome ~= 'success' then return { 'returned' } end
  if r.successes + 1 < tonumber(probes) then
    r.successes = r.successes + 1
    save()
    return { 'counted' }
  end
  become('closed', 0, r.trips, now, 'probe', 'probe', 0, 0)
  return { 'closed' }
end
function ops.isolate(reason, forMs)
  local ends = tonumber(forMs) > 0 and now + tonumber(forMs) or 0
  become('isolated', ends, 0, 0, reason, 'isolated', 0, 0)
  return { 'isolated' }
end
function ops.reset()
  call('DEL', kg)
  become('closed', 0, 0, 0, 'reset', 'reset', 0, 0)
  return { 'reset' }
end
function ops.gate(askedMs, maxMs)
  local ends = now + math.min(tonumber(askedMs), tonumber(maxMs))
  if ends > now + gateIn() + 50 then
    call('SET', kg, num(ends), 'PX', num(ends - now))
    publish(id .. ' gate ' .. num(ends - now))
  end
  return { 'gate', num(gateIn()) }
end
function ops.share(member, as, presenceMs)
  if not exists then r.id = id end
  save()
  local before = left(km)
  if as == 'in' then add(km, member, tonumber(presenceMs)) elseif as == 'out' then call('ZREM', km, member) end
  local members = call('ZCARD', km)
  if members ~= before and members % math.max(1, math.floor(members / 8)) == 0 then
    publish(r.id .. ' share ' .. num(members))
  end
  return { 'shared', num(members + (call('ZSCORE', km, member) and 0 or 1)) }
end

local run = ops[op]
if not run then return redis.error_reply('ERR holdfast: unknown operation') end
expire()
local outcome = (op ~= 'read' and now > notAfter) and { 'late' } or run(unpack(args))
local reply = { num(r.epoch), r.state, num(openIn()), num(r.trips), num(sinceClosed()), r.id, r.why, num(now) }
for _, part in ipairs(outcome) do reply[#reply + 1] = part end
return reply
`;

/** The hash of the script for EVALSHA. */
export const SCRIPT_SHA = createHash('sha1').update(SCRIPT).digest('hex');
