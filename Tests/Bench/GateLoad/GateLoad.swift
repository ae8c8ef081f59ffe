import CGate
import Glibc

/// `gate-load`: a closed-loop HTTP client on one thread that says in one line of JSON how its calls went.
@main
struct GateLoad {
    static func main() {
        signal(SIGPIPE, SIG_IGN)
        do throws(LoadError) {
            let plan = try LoadPlan(arguments: Array(CommandLine.arguments.dropFirst()))
            let run = try LoadRun(plan: plan)
            try run.warmUp()
            if plan.interactive { pause("{\"event\":\"ready\"}") }
            let line = report(try run.measure(), open: run.openConnections)
            if plan.interactive { pause(line) } else { print(line) }
        } catch {
            print("{\"event\":\"failed\",\"message\":\"\(error.message)\"}")
            exit(1)
        }
    }

    /// Prints the line, then waits for one on standard input, so that the other side can read its meters.
    private static func pause(_ line: String) {
        print(line)
        fflush(nil)
        _ = readLine()
    }

    private static func report(_ result: LoadRun.Result, open: Int) -> String {
        let sorted = result.latencies_ns.sorted()
        let seconds = Double(result.duration_ns) / 1e9
        let rate = seconds > 0 ? Double(result.calls) / seconds : 0
        return """
            {"event":"result","calls":\(result.calls),"seconds":\(seconds),"rps":\(rate),\
            "p50_ms":\(quantile(sorted, 0.5)),"p99_ms":\(quantile(sorted, 0.99)),"max_ms":\(quantile(sorted, 1)),\
            "errors":\(result.errors),"reconnects":\(result.reconnects),"open":\(open),\
            "first_error":"\(result.firstError)"}
            """
    }

    private static func quantile(_ sorted: [UInt64], _ share: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        return Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]) / 1e6
    }
}
