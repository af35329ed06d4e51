-- Sends one signed 1 KiB event under ever new ids. The signature covers the body alone, so the header with the id needs none of its own.
-- Arguments: the order of the ids (ascending or random), a number for this run, the signature, the file that holds the body, whose headers:
-- plain or github; and where requests go in turn to several paths, a file with a path and its signature a line.
local order, run, signature, body, id_header
local targets = {}
local count, threads = 0, 0

-- Runs once for all threads, each of which has a world of its own: what it shall know is set there, as a global.
function setup(thread)
  threads = threads + 1
  thread:set("thread_number", threads)
end

function init(args)
  order, run, signature = args[1], args[2], args[3]
  local file = assert(io.open(args[4], "rb"))
  body = file:read("*a")
  file:close()
  math.randomseed(tonumber(run) * 1000 + thread_number)
  wrk.method = "POST"
  wrk.body = body
  wrk.headers["Content-Type"] = "application/json"
  if args[5] == "github" then
    id_header = "X-GitHub-Delivery"
    wrk.headers["X-Hub-Signature-256"] = "sha256=" .. signature
    wrk.headers["X-GitHub-Event"] = "create"
  else
    id_header = "X-Event-Id"
    wrk.headers["X-Signature-256"] = "sha256=" .. signature
  end
  for line in args[6] and io.lines(args[6]) or function() end do
    local path, signed = line:match("^(%S+) (%S+)$")
    table.insert(targets, { path = path, signature = "sha256=" .. signed })
  end
end

local function hex32()
  return string.format("%04x%04x%04x%04x%04x%04x%04x%04x", math.random(0, 65535), math.random(0, 65535), math.random(0, 65535),
    math.random(0, 65535), math.random(0, 65535), math.random(0, 65535), math.random(0, 65535), math.random(0, 65535))
end

function request()
  count = count + 1
  if order == "random" then
    wrk.headers[id_header] = hex32()
  else
    wrk.headers[id_header] = string.format("evt_%06d_%02d_%012d", run, thread_number, count)
  end
  if #targets > 0 then
    local target = targets[count % #targets + 1]
    wrk.headers["X-Signature-256"] = target.signature
    return wrk.format(nil, target.path)
  end
  return wrk.format()
end

-- One line for the script that reads it: answers, those that are not 2xx or 3xx, connections that broke when they were opened, read, written,
-- answers later than the timeout, microseconds, p50, p99.
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d %d %d %d %d\n", summary.requests, errors.status, errors.connect, errors.read, errors.write,
    errors.timeout, summary.duration, latency:percentile(50), latency:percentile(99)))
end
