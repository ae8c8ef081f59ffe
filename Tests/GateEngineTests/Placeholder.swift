import Testing
@testable import GateEngine
