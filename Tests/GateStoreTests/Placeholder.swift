import Testing
@testable import GateStore
