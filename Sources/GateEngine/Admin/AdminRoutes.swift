internal import CGate
internal import Foundation
internal import GatePolicy
internal import GateStore

/// The admin server's routes: probes, status and mode for everyone on this machine, everything else with the token.
final class AdminRoutes {
    /// What a route gives.
    enum Outcome {
        case ready(SyntheticAnswer)
        /// Worked out by another thread, which calls its argument once.
        case later(@Sendable (@escaping @Sendable (SyntheticAnswer) -> Void) -> Void)
    }

    private let core: GateCore
    private let token: String
    private let control: any GateControl

    init(core: GateCore, token: String, control: any GateControl) {
        self.core = core
        self.token = token
        self.control = control
    }

    func answer(_ request: AdminRequest) -> Outcome {
        guard request.isFromHere else {
            return .ready(
                AdminAnswer.problem(
                    403, "Foreign host or origin", "Ask by the address on which the admin server listens."))
        }
        if request.path == ["livez"] { return read(request) { .ready(AdminAnswer.json("{\"status\":\"ok\"}")) } }
        if request.path == ["readyz"] { return read(request) { .ready(readiness) } }
        guard request.path.starts(with: ["api", "v1"]) else { return .ready(Self.notFound) }
        if let open = openRoute(request) { return open }
        guard request.isAuthorized(token) else {
            return .ready(
                AdminAnswer.problem(
                    401, "Token required",
                    "Send `Authorization: Bearer TOKEN`; it is in the file admin.token of the state directory."))
        }
        return routed(request, Array(request.path.dropFirst(2)))
    }

    /// What tells of no call and changes nothing needs no token.
    private func openRoute(_ request: AdminRequest) -> Outcome? {
        guard request.method == "GET" || request.method == "HEAD" else { return nil }
        switch request.path.dropFirst(2) {
        case ["status"]: return .ready(status)
        case ["mode"]: return .ready(Self.modeAnswer(core.mode, core.configuration.environment))
        default: return nil
        }
    }

    private func routed(_ request: AdminRequest, _ path: [String]) -> Outcome {
        switch path.first {
        case "status" where path.count == 1: return .ready(Self.notAllowed("GET, HEAD"))
        case "mode" where path.count == 1: return mode(request)
        case "calls" where path.count == 1: return read(request) { calls(request) }
        case "calls" where path.count == 2: return read(request) { call(path[1]) }
        default: return .ready(Self.notFound)
        }
    }

    private func read(_ request: AdminRequest, _ answer: () -> Outcome) -> Outcome {
        guard request.method == "GET" || request.method == "HEAD" else { return .ready(Self.notAllowed("GET, HEAD")) }
        return answer()
    }

    private static let notFound = AdminAnswer.problem(404, "Not found", "No such route or call.")

    private static func notAllowed(_ methods: String) -> SyntheticAnswer {
        var answer = AdminAnswer.problem(405, "Method not allowed", "This route takes \(methods).")
        answer.headers.append(("Allow", methods))
        return answer
    }

    // MARK: State

    private var readiness: SyntheticAnswer {
        let checks = control.checks()
        let isGo = checks.allSatisfy(\.isPassed)
        return AdminAnswer.json(
            "{\"status\":\"\(isGo ? "GO" : "NO-GO")\",\"checks\":\(CheckResult.json(checks))}", status: isGo ? 200 : 503
        )
    }

    private var status: SyntheticAnswer {
        let checks = control.checks()
        var json = JSONMembers()
        json.field("status", checks.allSatisfy(\.isPassed) ? "GO" : "NO-GO")
        json.field("environment", core.configuration.environment)
        json.field("mode", core.mode.rawValue)
        json.field("policy_digest", control.policyDigest)
        json.field("connections", core.connectionCount)
        json.field("pid", Int(getpid()))
        let text = json.text.dropLast() + ",\"checks\":\(CheckResult.json(checks))}"
        return AdminAnswer.json(String(text))
    }

    // MARK: Mode

    private func mode(_ request: AdminRequest) -> Outcome {
        switch request.method {
        case "PUT":
            guard let name = JSONObject(request.body)?.string("mode") else {
                return .ready(AdminAnswer.problem(400, "Bad request", "Send {\"mode\":\"block\"}."))
            }
            guard let mode = Mode(rawValue: name) else {
                let known = Mode.allCases.map(\.rawValue).joined(separator: ", ")
                return .ready(AdminAnswer.problem(400, "Unknown mode", "Known modes: \(known)."))
            }
            let environment = core.configuration.environment
            return .later { [control] done in
                control.flip(to: mode, by: request.actor) { done(Self.flipped(mode, environment, $0)) }
            }
        default: return .ready(Self.notAllowed("GET, HEAD, PUT"))
        }
    }

    private static func modeAnswer(_ mode: Mode, _ environment: String) -> SyntheticAnswer {
        AdminAnswer.json("{\"mode\":\"\(mode.rawValue)\",\"environment\":\(JSONText.quoted(environment))}")
    }

    private static func flipped(_ mode: Mode, _ environment: String, _ fault: String?) -> SyntheticAnswer {
        if let fault { return AdminAnswer.problem(503, "The flip could not be journaled", fault) }
        return modeAnswer(mode, environment)
    }

    // MARK: Calls

    private func calls(_ request: AdminRequest) -> Outcome {
        let query: CallQuery
        switch CallQueryText.parse(request.query, now: gate_wall_us()) {
        case .success(let parsed): query = parsed
        case .failure(let fault): return .ready(AdminAnswer.problem(400, "Bad query", fault.message))
        }
        return readStore { store throws(StoreError) in
            SyntheticAnswer(
                status: 200, headers: [("Content-Type", "application/json")],
                body: CallJSON.encode(try store.calls(query)))
        }
    }

    private func call(_ id: String) -> Outcome {
        readStore { store throws(StoreError) in
            guard let call = try store.call(id: id) else { return Self.notFound }
            return SyntheticAnswer(
                status: 200, headers: [("Content-Type", "application/json")], body: CallJSON.encode(call))
        }
    }

    /// Reads after everything that was appended before is visible, on a thread of its own.
    private func readStore(_ read: @escaping @Sendable (any Store) throws(StoreError) -> SyntheticAnswer) -> Outcome {
        let store = core.store
        return .later { done in
            store.flush { _ in
                DispatchQueue.global().async {
                    do throws(StoreError) {
                        done(try read(store))
                    } catch {
                        let status = error.code == .invalidQuery ? 400 : 503
                        done(AdminAnswer.problem(status, "The journal can't be read", error.message))
                    }
                }
            }
        }
    }
}

/// What the admin server may do to its gate.
protocol GateControl: AnyObject, Sendable {
    var policyDigest: String { get }
    func checks() -> [CheckResult]
    /// Flips the mode and journals it; `done` gets nil, or why it did not happen.
    func flip(to mode: Mode, by actor: String, done: @escaping @Sendable (String?) -> Void)
}

extension CheckResult {
    static func json(_ checks: [CheckResult]) -> String {
        let items = checks.map {
            "{\"id\":\(JSONText.quoted($0.name)),\"ok\":\($0.isPassed),\"detail\":\(JSONText.quoted($0.detail))}"
        }
        return "[\(items.joined(separator: ","))]"
    }
}
