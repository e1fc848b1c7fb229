import { MAX_TERM_LEAD } from '../../core/shared/backplane.ts'

// Each script is one atomic step. A session is a hash (`term`, `holder`, `log`, `count`, `snapshot`, `epoch`,
// `seq`, `about` for the name, `access`, `info`) and a stream of messages whose ids are the counts. `info` is random
// and new with each change of `about` or `access`. Access rules have a field of their own, because only ACCESS may
// replace them: it compares first, so that no node undoes what another one has just revoked. Each script also
// publishes its change, so that the channel has the order of the log.
//
// KEYS: the hash, the stream. ARGV begins with the channel, the node and the time to live in milliseconds.

/** ARGV: channel, node, ttl, term, snapshot (0 or 1), epoch, seq, keep, fresh log id, header, bytes. */
export const APPEND = `
local meta, stream = KEYS[1], KEYS[2]
local channel, node, ttl, term = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local epoch, seq, keep = ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8])
local known = redis.call('HMGET', meta, 'term', 'log', 'count', 'snapshot', 'epoch', 'seq')
local before = tonumber(known[1] or '0')
if term < before then return 'stale' end
-- A higher term than the known one was lost here, so its holder is unknown.
if term > before then redis.call('HDEL', meta, 'holder') end
local log, count = known[2], tonumber(known[3] or '0')
local snapshot = tonumber(known[4] or '0')
local hasLog = log and redis.call('EXISTS', stream) == 1
local head = hasLog and known[5] == epoch and tonumber(known[6]) or nil
if ARGV[5] == '1' then
  if not hasLog then log, count = ARGV[9], 0 end
  if head ~= seq then redis.call('DEL', stream)
  elseif snapshot > 0 then redis.call('XDEL', stream, snapshot .. '-0') end
  snapshot = count + 1
else
  if not head or head + 1 < seq then return 'gap' end
  if head >= seq then return 'ok' end
end
count = count + 1
redis.call('XADD', stream, count .. '-0', 'h', ARGV[10], 'b', ARGV[11])
redis.call('XTRIM', stream, 'MINID', math.max(0, math.min(snapshot, count - keep)) .. '-0')
redis.call('HSET', meta, 'term', ARGV[4], 'log', log, 'count', count, 'snapshot', snapshot, 'epoch', epoch, 'seq', ARGV[7])
redis.call('PEXPIRE', meta, ttl)
redis.call('PEXPIRE', stream, ttl)
redis.call('PUBLISH', channel, 'entry ' .. node .. ' ' .. log .. ' ' .. count .. ' ' .. ARGV[10] .. '\\n' .. ARGV[11])
return 'ok'
`

/** ARGV: channel, node, ttl, term, only if empty (0 or 1), log id, about, then header and bytes of each. */
export const REPLACE = `
local meta, stream = KEYS[1], KEYS[2]
local channel, node, ttl = ARGV[1], ARGV[2], ARGV[3]
local stored = redis.call('HMGET', meta, 'term', 'log')
local before = tonumber(stored[1] or '0')
if tonumber(ARGV[4]) < before then return 'stale' end
if ARGV[5] == '1' and stored[2] and redis.call('EXISTS', stream) == 1 then return 'gap' end
redis.call('DEL', stream)
if tonumber(ARGV[4]) > before then redis.call('HDEL', meta, 'holder') end
local count, snapshot, head = 0, 0, nil
for i = 8, #ARGV, 2 do
  count = count + 1
  redis.call('XADD', stream, count .. '-0', 'h', ARGV[i], 'b', ARGV[i + 1])
  head = cjson.decode(ARGV[i])
  if head.snapshot then snapshot = count end
end
redis.call('HSET', meta, 'term', ARGV[4], 'log', ARGV[6], 'count', count, 'snapshot', snapshot, 'epoch', head.epoch, 'seq', string.format('%.0f', head.seq), 'about', ARGV[7], 'info', ARGV[6])
redis.call('PEXPIRE', meta, ttl)
redis.call('PEXPIRE', stream, ttl)
redis.call('PUBLISH', channel, 'reset ' .. node .. ' ' .. ARGV[6] .. ' ' .. count .. ' \\n')
return 'ok'
`

/**
 * ARGV: channel, node, ttl, holder, term or an empty string, age, epoch or an empty string. Returns the term, or nil.
 * The age is how many milliseconds ago the host connected. Only Redis's clock orders hosts: if a node added its own
 * estimate of that clock, a slow node would lose every session to the host that was there before.
 */
export const CLAIM = `
local meta = KEYS[1]
local stored = redis.call('HMGET', meta, 'term', 'holder')
if stored[2] == ARGV[4] then return stored[1] end
local known, term, time = tonumber(stored[1] or '0'), tonumber(ARGV[5]), redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local since = math.floor(now - tonumber(ARGV[6]))
local isAhead = known > now + ${MAX_TERM_LEAD}
if (term or since) < known and not isAhead then return nil end
-- Above all earlier terms, also after Redis has lost everything.
term = term or math.max(since, known + 1)
local text = string.format('%.0f', term)
redis.call('HSET', meta, 'term', text, 'holder', ARGV[4])
redis.call('PEXPIRE', meta, ARGV[3])
redis.call('PUBLISH', ARGV[1], 'claim ' .. ARGV[2] .. ' - ' .. text .. ' \\n' .. ARGV[7])
return text
`

/** ARGV: channel, node, ttl, term, about, fresh info id. */
export const DESCRIBE = `
local meta = KEYS[1]
if tonumber(ARGV[4]) < tonumber(redis.call('HGET', meta, 'term') or '0') then return 'stale' end
redis.call('HSET', meta, 'about', ARGV[5], 'info', ARGV[6])
redis.call('PEXPIRE', meta, ARGV[3])
local access = redis.call('HGET', meta, 'access') or ''
redis.call('PUBLISH', ARGV[1], 'about ' .. ARGV[2] .. ' ' .. ARGV[6] .. ' 0 \\n' .. ARGV[5] .. '\\n' .. access)
return 'ok'
`

/**
 * Replaces the access rules, if they were merged from those that are stored.
 * ARGV: channel, node, ttl, the info id that the stored rules were read with, fresh info id, access. Returns nil
 * when they were replaced, otherwise the stored info id, about and access.
 */
export const ACCESS = `
local meta = KEYS[1]
local stored = redis.call('HMGET', meta, 'info', 'about', 'access')
local info, about, access = stored[1] or '', stored[2] or '', stored[3] or ''
if info ~= ARGV[4] then return { info, about, access } end
redis.call('HSET', meta, 'access', ARGV[6], 'info', ARGV[5])
redis.call('PEXPIRE', meta, ARGV[3])
redis.call('PUBLISH', ARGV[1], 'about ' .. ARGV[2] .. ' ' .. ARGV[5] .. ' 0 \\n' .. about .. '\\n' .. ARGV[6])
return nil
`

/**
 * Deletes all but the access rules. ARGV: channel, node, ttl, fresh info id. The higher term makes messages stale that
 * the host has already sent.
 */
export const FORGET = `
local meta, stream = KEYS[1], KEYS[2]
local known = tonumber(redis.call('HGET', meta, 'term') or '0')
local access = redis.call('HGET', meta, 'access')
redis.call('DEL', meta, stream)
redis.call('HSET', meta, 'term', string.format('%.0f', known + 1), 'info', ARGV[4])
if access then redis.call('HSET', meta, 'access', access) end
redis.call('PEXPIRE', meta, ARGV[3])
return 'ok'
`

/** ARGV: channel, node, ttl, known log, count and info id. Returns nil when nothing has changed since. */
export const LOAD = `
local meta, stream = KEYS[1], KEYS[2]
local known = redis.call('HMGET', meta, 'log', 'count', 'term', 'about', 'access', 'info')
local term, about, access, info = known[3] or '0', known[4] or '', known[5] or '', known[6] or ''
redis.call('PEXPIRE', meta, ARGV[3])
redis.call('PEXPIRE', stream, ARGV[3])
-- Redis may have evicted one of the two keys without the other.
if not known[1] or redis.call('EXISTS', stream) == 0 then return { '', '0', term, about, access, info, {} } end
if known[1] == ARGV[4] and known[2] == ARGV[5] and info == ARGV[6] then return nil end
return { known[1], known[2], term, about, access, info, redis.call('XRANGE', stream, '-', '+') }
`

/** KEYS: the count. ARGV: what to add, and the window in milliseconds. Returns the count. */
export const COUNT = `
local count = redis.call('INCRBY', KEYS[1], ARGV[1])
if count <= 0 then
  redis.call('DEL', KEYS[1])
  return 0
end
if count == tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return count
`

/** Runs every command of the other scripts once, so that a missing right shows at the start. ARGV: channel, ttl. */
export const PROBE = `
local first, second = KEYS[1], KEYS[2]
redis.call('SET', first, '1', 'PX', ARGV[2])
redis.call('GET', first)
redis.call('INCRBY', first, 1)
redis.call('DEL', first, second)
redis.call('HSET', first, 'field', '1')
redis.call('HGET', first, 'field')
redis.call('HMGET', first, 'field')
redis.call('PEXPIRE', first, ARGV[2])
redis.call('EXISTS', first)
redis.call('HDEL', first, 'field')
redis.call('XADD', second, '1-0', 'field', '1')
redis.call('XRANGE', second, '-', '+')
redis.call('XTRIM', second, 'MINID', '0')
redis.call('XDEL', second, '1-0')
redis.call('DEL', second)
redis.call('TIME')
redis.call('PUBLISH', ARGV[1], '')
return 'ok'
`
