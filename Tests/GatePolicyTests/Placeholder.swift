import Testing
@testable import GatePolicy
