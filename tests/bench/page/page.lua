-- What wrk sends, and one line of numbers when it is done. PAGES holds a request a line: a body to post, or a path
-- to get. Every connection goes through all of them in turn.
local requests = {}
local next_request = 0

function init()
  local token = os.getenv("TOKEN")
  for line in io.lines(os.getenv("PAGES")) do
    local request
    if token then
      local headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. token }
      request = wrk.format("POST", "/graphql", headers, line)
    else
      request = wrk.format("GET", line)
    end
    requests[#requests + 1] = request
  end
end

function request()
  next_request = next_request % #requests + 1
  return requests[next_request]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration, summary.bytes,
    latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
